import { type ApiStatusError, explainApiError } from '../cluster/index.ts';
import { DbgError, type Failure, failureOf } from '../model/failure.ts';
import type { SessionAddress } from './session-options.ts';
import { isApiStatusError } from './status-code.ts';

/** The request: `attach` to the container's own process, or `exec` of another one. */
export type Way = 'attach' | 'exec';

/** Why an attach or exec failed. */
export interface OpenFailure {
  /**
   * The name of the exit code: `refused` by a right, a policy, or a proxy in front of the API server; `lost` for
   * everything else.
   */
  kind: 'refused' | 'lost';
  /** The responding server and its message, in one line. */
  message: string;
  /** The same in short, while it is tried again. */
  brief?: string;
  failure: Failure;
}

/** The meaning of a failed attach or exec. */
export type OpenVerdict =
  /** There is nothing to attach to any more: the container has terminated, or its pod was deleted. */
  | { do: 'end' }
  /**
   * A retry may succeed. `after`: milliseconds that the server asks to wait; `quiet`: most likely the container has just
   * terminated, and its status will say so in a moment; `patience`: milliseconds for which a first stream is worth it.
   */
  | { do: 'retry'; after: number | undefined; failure: OpenFailure; quiet: boolean; patience?: number }
  | { do: 'give-up'; failure: OpenFailure };

/** Messages of a kubelet whose runtime does not know the container: it was removed, or does not exist yet. */
const KUBELET_KNOWS_NONE = /container .*not found|container not found|no such container|not running/i;
/** Messages that only a kubelet, or the API server on its behalf, sends. */
const KUBELET = /container|unable to upgrade|you must specify|dialing backend|kubelet|WebSocket/i;

/** Time limit for retries if a gateway responds with a page, in ms: this is not the API server restarting. */
const PAGE_MS = 8_000;

const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504]);
const REFUSED = new Set([401, 403, 407, 422, 451]);
/** SPDY was tried too (see open-command), and neither was upgraded. */
const NO_UPGRADE = new Set([400, 404, 405, 406, 415, 426, 501]);

/**
 * Classifies a failed attach or exec by the form of its response and the container's state, never by the status code
 * alone.
 *
 * @param state the container's state, as the API reports it now; `unknown` if it could not be read
 */
export function judgeOpenFailure(
  error: unknown,
  state: 'running' | 'ended' | 'unknown',
  { way, address, server }: { way: Way; address: SessionAddress; server: string },
): OpenVerdict {
  if (state === 'ended') return { do: 'end' };
  const what =
    way === 'attach'
      ? `attach to container ${address.container} of pod ${address.pod}`
      : `run the command in container ${address.container} of pod ${address.pod}`;
  if (isApiStatusError(error)) {
    const failure = explain(error, what, { way, container: address.container, server });
    const quiet = isGone(error);
    return RETRIED.has(error.code) || quiet
      ? {
          do: 'retry',
          after: error.retryAfter,
          failure,
          quiet,
          ...(error.form === 'page' ? { patience: PAGE_MS } : {}),
        }
      : { do: 'give-up', failure };
  }
  if (!(error instanceof DbgError)) throw error;
  // A command whose connection broke after the request may have started: it is not run twice.
  if (way === 'exec' && (error.is('ServerSilent') || error.is('UpgradeMalformed'))) {
    const message = `the command in container ${address.container} of pod ${address.pod} may have started, but its output can't be had: ${error.message}`;
    const facts = { container: address.container };
    return { do: 'give-up', failure: { kind: 'lost', message, failure: { code: 'ExecLost', facts } } };
  }
  const failure: OpenFailure = {
    kind: error.kind === 'refused' ? 'refused' : 'lost',
    message: `cannot ${what}: ${error.message}`,
    failure: failureOf(error),
  };
  // A failed connection has a cause that may pass; a response that is not from an API server does not change.
  const broke = error.cause !== undefined && (error.kind === 'unreachable' || error.kind === 'lost');
  return broke ? { do: 'retry', after: undefined, failure, quiet: false } : { do: 'give-up', failure };
}

/** The API server knows the container, the runtime does not (yet, or any more): its status will tell. */
function isGone({ form, serverMessage }: ApiStatusError): boolean {
  return form === 'text' && KUBELET_KNOWS_NONE.test(serverMessage);
}

function explain(
  error: ApiStatusError,
  what: string,
  { way, container, server }: { way: Way; container: string; server: string },
): OpenFailure {
  const { code, form } = error;
  const own = explainApiError(error, { action: what, server });
  const says = form === 'status' || REFUSED.has(code);
  if (own.kind === 'refused' && says) {
    return { kind: 'refused', message: own.message, failure: failureOf(own) };
  }
  const facts = { container, way, status: code };
  if (REFUSED.has(code)) {
    return {
      kind: 'refused',
      message: `cannot ${what}: ${whoAnswered(error, server)}`,
      failure: { code: 'StreamRefused', facts },
    };
  }
  const passes =
    NO_UPGRADE.has(code) || (form === 'page' && code < 500)
      ? ', and forwards neither WebSocket nor SPDY'
      : '';
  return {
    kind: 'lost',
    message: `cannot ${what}: ${whoAnswered(error, server)}${form === 'status' ? '' : passes}`,
    brief: `cannot ${what}: ${answerOf(error)}`,
    failure: { code: 'StreamFailed', facts },
  };
}

/** Who answered an attach or exec, and with what: `SERVER answered with HTTP status 500: no message`. */
function whoAnswered(error: ApiStatusError, server: string): string {
  const verb = REFUSED.has(error.code) ? 'refuses it' : 'answered';
  return `${hop(error, server)} ${verb} with ${answerOf(error)}`;
}

/** What an answer to an attach or exec says: the API server's own message, or who answered in its place, and with what. */
export function answerWords(error: ApiStatusError, server: string): string {
  return error.form === 'status' ? error.message : whoAnswered(error, server);
}

function answerOf({ code, form, serverMessage }: ApiStatusError): string {
  return form === 'page' || form === 'empty'
    ? serverMessage
    : `HTTP status ${code}: ${serverMessage || 'no message'}`;
}

/** The responding server, as far as the form of the response shows it. */
function hop({ form, serverMessage, program }: ApiStatusError, server: string): string {
  if (form === 'status') return `the API server ${server}`;
  if (form === 'text' && KUBELET.test(serverMessage)) return `the kubelet (through ${server})`;
  const name = program === '' ? '' : ` (${program})`;
  return `something${name} at or behind ${server} that is not the API server (a proxy, a gateway, the kubelet)`;
}
