import type { Status, StatusCause, StatusDetails } from 'kubectl-dbg-wire';
import { exceededLimit } from '../base/json-shape.ts';
import { sanitiseShort } from '../base/sanitise.ts';
import type { ApiRequest } from './types.ts';

/** Messages of validation errors are long (a diff of the pod); this much is shown. */
const MESSAGE_LIMIT = 4096;

/** The refused request. */
export interface ApiCall {
  method: ApiRequest['method'];
  /** Including the query. */
  path: string;
  /** For a 401: the identity of the request, such as `user "dan" of /home/dan/.kube/config`. */
  identity?: string | undefined;
  /** For a 401: a visible problem with these credentials. */
  flaw?: string | undefined;
}

/** The form of a refusal: only a Status is certainly from the API server. */
export type AnswerForm = 'status' | 'text' | 'page' | 'empty';

/** The API server responded with a Status instead of the requested object. */
export class ApiStatusError extends Error {
  override readonly name = 'ApiStatusError';
  /** HTTP status. */
  readonly code: number;
  /** A reason of the API such as `NotFound`; empty if the server sent none. */
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** The original response; its texts are not safe to print. */
  readonly status: Status;
  readonly call: ApiCall;
  /** The server's message, safe to print. */
  readonly serverMessage: string;
  readonly form: AnswerForm;
  /** The name of the responding program (its `Server` header), safe to print; empty if there is none. */
  readonly program: string;
  /** Milliseconds that the server asks to wait before a retry. */
  readonly retryAfter: number | undefined;

  constructor(
    code: number,
    status: Status,
    call: ApiCall,
    origin: { form?: AnswerForm; program?: string; retryAfter?: number | undefined } = {},
  ) {
    const words = typeof status.message === 'string' ? status.message.trim() : '';
    const serverMessage = sanitiseShort(words, MESSAGE_LIMIT);
    super(serverMessage === '' ? `the server answered with HTTP status ${code}` : serverMessage);
    this.code = code;
    this.reason = typeof status.reason === 'string' ? sanitiseShort(status.reason, 100) : '';
    this.details = detailsOf(status);
    this.status = status;
    this.call = call;
    this.serverMessage = serverMessage;
    this.form = origin.form ?? 'status';
    this.program = sanitiseShort(origin.program ?? '', 60);
    this.retryAfter = origin.retryAfter;
  }
}

/** The fields of the details that have the right type. */
function detailsOf({ details }: Status): StatusDetails | undefined {
  if (typeof details !== 'object' || details === null) return undefined;
  const { name, group, kind, uid, causes, retryAfterSeconds } = details as Record<string, unknown>;
  const texts = Object.entries({ name, group, kind, uid }).filter(([, value]) => typeof value === 'string');
  return {
    ...Object.fromEntries(texts),
    ...(Array.isArray(causes) ? { causes: causes.filter(isCause) } : {}),
    ...(Number.isSafeInteger(retryAfterSeconds) ? { retryAfterSeconds: retryAfterSeconds as number } : {}),
  };
}

function isCause(value: unknown): value is StatusCause {
  if (typeof value !== 'object' || value === null) return false;
  const { reason, message, field } = value as Record<string, unknown>;
  return [reason, message, field].every((text) => text === undefined || typeof text === 'string');
}

/** Limits of a Status; causes are a few texts each. */
const STATUS_LIMITS = { depth: 100, values: 20_000 };

/** Parses a Status from the body of a refused request; undefined if it is not one. */
export function statusOfBody(body: string): Status | undefined {
  if (exceededLimit(body, STATUS_LIMITS) !== undefined) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && (value as Status).kind === 'Status') return value;
  } catch {
    // not JSON
  }
  return undefined;
}
