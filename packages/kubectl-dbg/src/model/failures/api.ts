import type { Right } from '../right.ts';
import type { Deadline, Lost, NotFound, Protocol, Refused, Unreachable, Usage } from './meaning.ts';

/** The response of the API server. */
interface ServerFacts {
  /** HTTP status. */
  status: number;
  /** The reason of the Status, such as `NotFound`; empty if there is none. */
  reason: string;
  /** What failed: completes "cannot ...". */
  action?: string;
}

/** Why a request is forbidden, as far as the message says; `right`: the missing right. */
interface Ground {
  ground: 'anonymous' | 'impersonation' | 'path' | 'pod-security' | 'quota' | 'right' | 'unknown';
  right?: Right;
}

/** The API server refused a request, or its response is invalid. */
export interface ApiFailures {
  /** The server rejects the credentials, or they have expired; `flaw`: a visible problem with them. */
  Unauthorized: Refused<ServerFacts & { server?: string; identity?: string; flaw?: string }>;
  /** A right is missing; `silent`: the response has no message, so it may be from a proxy. */
  Forbidden: Refused<ServerFacts & Ground & { silent: boolean }>;
  /** An admission webhook or policy denied the request; `olderContainer`: because of an existing container of the pod; `connects`: for attach or exec. */
  AdmissionDenied: Refused<ServerFacts & Ground & { olderContainer?: string; connects: boolean }>;
  /** The object does not exist. */
  ObjectNotFound: NotFound<ServerFacts & { resource?: string; name?: string }>;
  /** An object of that name exists already. */
  AlreadyExists: Usage<ServerFacts>;
  /** Another write came in between. */
  Conflict: Refused<ServerFacts>;
  /** The server's validation rejected the request; nothing was written. */
  RequestInvalid: Usage<ServerFacts>;
  /** The request timed out on the server. */
  ServerTimeout: Deadline<ServerFacts>;
  /** The server has too many requests. */
  ServerOverloaded: Unreachable<ServerFacts>;
  /** The server failed; `webhook`: an admission webhook failed. */
  ServerError: Unreachable<ServerFacts & { webhook: boolean }>;
  /** The server refused for another reason. */
  RequestRefused: Refused<ServerFacts>;
  /** The kubelet refuses requests of the API server. */
  KubeletForbidden: Refused<ServerFacts>;
  /** A proxy or gateway in front of the API server refused the request; `program`: its name. */
  GatewayRefused: Refused<ServerFacts & { program: string }>;
  /** A proxy or gateway in front of the API server can't reach it, or answers in its place. */
  GatewayFailed: Unreachable<ServerFacts & { program: string }>;
  /** The response is not from an API server: a redirect, a web page. */
  AnswerForeign: Unreachable<{ server: string }>;
  /** The response violates the API: invalid JSON, or not an object of the requested kind. */
  AnswerMalformed: Protocol<{ server: string }>;
  /** The response is too large: bytes, values or objects, as the message says. */
  AnswerTooLarge: Protocol<{ server?: string }>;
  /** The request took longer than the request timeout allows. */
  RequestTimedOut: Deadline;
  /** The server ends each watch immediately. */
  WatchEndsAtOnce: Lost<{ server: string }>;
  /** What the server sends is not a watch. */
  WatchMalformed: Protocol<{ server: string }>;
  /** The connection to the container is closed. */
  ConnectionClosed: Lost;
}
