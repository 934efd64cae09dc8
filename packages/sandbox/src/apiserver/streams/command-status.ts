import { BASE64_V4, V4, V5 } from 'kubectl-dbg-wire';
import type { ProcessEnd, StreamOptions } from '../../cri/remote-process.ts';

export interface RemoteCommandOptions {
  subprotocol: string;
  streams: StreamOptions;
  /** Of exec; empty for attach. */
  command: readonly string[];
  /** Attach without stdinOnce: the end of stdin ends the session. */
  endsWithStdin: boolean;
}

/** How a session came to its end: with the process's end (undefined for attach), or by an error. */
export type SessionEnd = { end: ProcessEnd | undefined } | { error: unknown };

/** The data of the error channel; undefined where the subprotocol says nothing on success. */
export function commandStatus(outcome: SessionEnd, options: RemoteCommandOptions): Buffer | undefined {
  const failure = failureOf(outcome, options);
  if (!hasStatusObject(options.subprotocol)) {
    return failure === undefined ? undefined : Buffer.from(failure.message);
  }
  const status = failure === undefined ? { metadata: {}, status: 'Success' } : { metadata: {}, ...failure };
  return Buffer.from(goJson(status));
}

const INTERNAL_ERROR = 'Internal error occurred: ';

interface Failure {
  status: 'Failure';
  message: string;
  reason: string;
  details: unknown;
  code?: number;
}

function failureOf(outcome: SessionEnd, options: RemoteCommandOptions): Failure | undefined {
  if ('error' in outcome) {
    const said = outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
    // In v5 the API server takes the kubelet's words for its own failure, and says once more that it is one.
    const cause = options.subprotocol === V5 ? `${INTERNAL_ERROR}${said}` : said;
    return {
      status: 'Failure',
      message: `${INTERNAL_ERROR}${cause}`,
      reason: 'InternalError',
      details: { causes: [{ message: cause }] },
      code: 500,
    };
  }
  const code = outcome.end?.exitCode ?? 0;
  if (code === 0) return undefined;
  // v5 runs to the kubelet itself, older ones through its streaming library, which words it differently.
  const why =
    options.subprotocol === V5
      ? `command terminated with exit code ${code}`
      : `error executing command [${options.command.join(' ')}], exit code ${code}`;
  return {
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${why}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** Go escapes what could end a script element. */
function goJson(value: unknown): string {
  const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
  return JSON.stringify(value).replaceAll(/[<>&]/g, (character) => escapes[character] ?? character);
}

/** Only these know a status object: in all others a failure is plain text, and success is silent. */
function hasStatusObject(subprotocol: string): boolean {
  return subprotocol === V5 || subprotocol === V4 || subprotocol === BASE64_V4;
}
