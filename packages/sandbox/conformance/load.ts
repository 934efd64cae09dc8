import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withoutDistribution } from '../src/testing/recorded-distribution.ts';
import type { Recording } from './recording.ts';

/** Reads every recording of a directory: one scenario per file, as JSON or gzipped JSON. */
export function loadRecordings(directory: string): Recording[] {
  return readdirSync(directory)
    .filter((file) => /\.json(?:\.gz)?$/.test(file))
    .toSorted()
    .map((file) => readRecording(join(directory, file)))
    .filter((recording) => recording !== undefined);
}

function readRecording(path: string): Recording | undefined {
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  const value = JSON.parse(text, withoutDistribution) as Partial<Recording>;
  return Array.isArray(value.steps) ? (value as Recording) : undefined;
}
