import { readdirSync, readFileSync } from 'node:fs';
import { withoutDistribution } from '../../testing/recorded-distribution.ts';

/** A step of a recorded scenario, with the fields that tests use. */
export interface RecordedStep {
  as: string;
  request: { method: string; path: string; headers: Record<string, string>; body?: unknown };
  response: {
    status: number;
    headers?: Record<string, string | string[]>;
    body?: unknown;
    events?: { type: string; object?: unknown }[];
  };
  uses?: unknown[];
}

export interface Recording {
  name: string;
  namespace?: string;
  namespaceLabels?: Record<string, string>;
  steps: RecordedStep[];
}

const DIRECTORY = new URL('../../../../../fixtures/recordings/', import.meta.url);

/** The recordings whose names start with one of these. */
export function readRecordings(...prefixes: string[]): Recording[] {
  const files = readdirSync(DIRECTORY).filter(
    (file) => file.endsWith('.json') && prefixes.some((prefix) => file.startsWith(prefix)),
  );
  return files.map(
    (file) => JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8'), withoutDistribution) as Recording,
  );
}

/** The texts of a response's Warning headers. */
export function recordedWarnings({ response }: RecordedStep): string[] {
  return [response.headers?.['warning'] ?? []]
    .flat()
    .map((header) => header.replace(/^299 - "(.*)"$/, '$1').replaceAll(String.raw`\"`, '"'));
}
