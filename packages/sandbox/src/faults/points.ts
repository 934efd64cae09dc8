import type { ActionKind, FaultAction } from './actions.ts';

/** Units of a stream's progress. */
export type ProgressUnit = 'bytes' | 'events' | 'frames';

/** Fields of a fault's `match`. */
export type MatchKey = keyof FaultMatch;

export interface PointDescription {
  about: string;
  actions: readonly ActionKind[];
  /** Fields that `match` may have at this point. */
  match: readonly MatchKey[];
  /** Units that `after` may have at this point. */
  after: readonly ProgressUnit[];
}

const REQUEST_KEYS = ['verb', 'group', 'resource', 'subresource', 'namespace', 'name', 'user'] as const;
const CONTAINER_KEYS = [...REQUEST_KEYS, 'container'] as const;

/** The injection points, with their actions. */
export const FAULT_POINTS = {
  connection: {
    about: 'every connection, open or new, until the fault is removed',
    actions: ['break', 'stall'],
    match: [],
    after: [],
  },
  request: {
    about: 'a request has arrived and is not yet processed',
    actions: ['error', 'respond', 'delay', 'stall', 'break', 'proxy-page'],
    match: CONTAINER_KEYS,
    after: [],
  },
  admission: {
    about: 'a valid write, or a connection to a pod, is about to be admitted (dry runs too)',
    actions: ['webhook-denial', 'webhook-failure', 'policy-denial', 'warning'],
    match: CONTAINER_KEYS,
    after: [],
  },
  answer: {
    about: 'a request was processed, and its response is about to be sent',
    actions: ['error', 'respond', 'delay', 'stall', 'break', 'proxy-page'],
    match: CONTAINER_KEYS,
    after: [],
  },
  body: {
    about: 'the body of a response (not of a watch or a log)',
    actions: ['delay', 'stall', 'break', 'end'],
    match: CONTAINER_KEYS,
    after: ['bytes'],
  },
  watch: {
    about: 'the events of a watch',
    actions: ['delay', 'stall', 'break', 'end', 'expire'],
    match: REQUEST_KEYS,
    after: ['events', 'bytes'],
  },
  log: {
    about: 'the bytes of a log, followed or not',
    actions: ['delay', 'stall', 'break', 'end'],
    match: CONTAINER_KEYS,
    after: ['bytes'],
  },
  handshake: {
    about: 'an upgrade request (attach, exec, port-forward) has arrived',
    actions: ['error', 'respond', 'delay', 'stall', 'break', 'proxy-page'],
    match: CONTAINER_KEYS,
    after: [],
  },
  'stream-output': {
    about: 'data that a WebSocket of attach or exec sends to the client, including the status',
    actions: ['delay', 'stall', 'break', 'end'],
    match: CONTAINER_KEYS,
    after: ['frames', 'bytes'],
  },
  'stream-input': {
    about: 'data that a WebSocket of attach or exec receives from the client',
    actions: ['delay', 'stall', 'break', 'end'],
    match: CONTAINER_KEYS,
    after: ['frames', 'bytes'],
  },
  'stream-ping': {
    about: 'the pings of a client on a WebSocket of attach or exec',
    actions: ['drop'],
    match: CONTAINER_KEYS,
    after: [],
  },
  'image-pull': {
    about: 'the kubelet asks for an image (the name to match is the pulled reference)',
    actions: ['error', 'delay', 'stall'],
    match: ['namespace', 'name'],
    after: [],
  },
  'container-start': {
    about: 'the kubelet starts a container',
    actions: ['error', 'delay', 'stall'],
    match: ['namespace', 'name', 'container'],
    after: [],
  },
} as const satisfies Readonly<Record<string, PointDescription>>;

/** The name of an injection point. */
export type FaultPoint = keyof typeof FAULT_POINTS;

/** The verbs of API requests, in the terms of authorization. */
export const FAULT_VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
] as const;

/** The requests or streams that a fault applies to: every given property must be equal. */
export interface FaultMatch {
  /** An attach over WebSocket is a `get`, over SPDY a `create`. */
  verb?: (typeof FAULT_VERBS)[number];
  group?: string;
  /** The plural: `pods`. */
  resource?: string;
  subresource?: string;
  namespace?: string;
  /** Of the object; of the pod at `container-start`; the image reference at `image-pull`. */
  name?: string;
  /** At `container-start`, `log`, `handshake` and the stream points. */
  container?: string;
  /** The user of the request. */
  user?: string;
}

/** The properties of a request or stream, which are compared with a fault's `match`. */
export type FaultSubject = { [K in keyof FaultMatch]?: string };

/** A fault at one point, with the actions of this point. */
export type FaultAt<P extends FaultPoint> = {
  point: P;
  action: Extract<FaultAction, { kind: (typeof FAULT_POINTS)[P]['actions'][number] }>;
  match?: FaultMatch;
  /** Hits a stream after this progress; at once if absent. */
  after?: Partial<Record<(typeof FAULT_POINTS)[P]['after'][number], number>>;
  /** Number of matches that pass before the first hit. */
  skip?: number;
  /** Maximum number of hits; no limit if absent. */
  times?: number;
};

/** A fault at any point, with the actions of that point. */
export type Fault = { [P in FaultPoint]: FaultAt<P> }[FaultPoint];
