import { BASE64_V4, V4, V5 } from 'kubectl-dbg-wire';
import type { ProcessEnd, StreamOptions } from '../../cri/remote-process.ts';

export interface RemoteCommandOptions {
  subprotocol: string;
  streams: StreamOptions;
  /** The command of exec; empty for attach. */
  command: readonly string[];
  /** Whether the end of stdin ends the session: attach without stdinOnce. */
  endsWithStdin: boolean;
}

/** How a session ended: with the process (undefined for attach), or by an error. */
export type SessionEnd = { end: ProcessEnd | undefined } | { error: unknown };

/** The data of the error channel; undefined if the subprotocol sends nothing on success. */
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
    // In v5, the API server wraps the kubelet's message in an internal error of its own.
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
  // v5 is handled by the kubelet itself, older protocols by its streaming library with another message.
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

/** JSON with `<`, `>` and `&` escaped, as by Go. */
function goJson(value: unknown): string {
  const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
  return JSON.stringify(value).replaceAll(/[<>&]/g, (character) => escapes[character] ?? character);
}

/** Only these subprotocols send a Status; all others send a failure as text, and nothing on success. */
function hasStatusObject(subprotocol: string): boolean {
  return subprotocol === V5 || subprotocol === V4 || subprotocol === BASE64_V4;
}
