/** What a fault does. */
export type FaultAction =
  /** A Status error is the answer (at `container-start` and `image-pull`: the runtime's error). */
  | { kind: 'error'; code: number; reason?: string; message?: string; retryAfterSeconds?: number }
  /** It goes on that much later. */
  | { kind: 'delay'; milliseconds: number }
  /** Nothing more comes, and the connection stays open. */
  | { kind: 'stall' }
  /** The TCP connection is reset, with all that runs over it. */
  | { kind: 'break' }
  /** The stream ends in good order, before its time. */
  | { kind: 'end' }
  /** A proxy between client and server answers a page of HTML, and closes the connection. */
  | { kind: 'proxy-page'; code: number }
  /** A watch is told that its resourceVersion is too old (an ERROR event, 410 Expired), and ends. */
  | { kind: 'expire' }
  /** Pings are not answered. */
  | { kind: 'drop' };

export type ActionKind = FaultAction['kind'];

/** What a stream's progress is counted in. */
export type ProgressUnit = 'bytes' | 'events' | 'frames';

interface PointDescription {
  about: string;
  actions: readonly ActionKind[];
  /** Units in which `after` may be given. */
  after: readonly ProgressUnit[];
}

/** Where faults can strike, and what they can do there. */
export const FAULT_POINTS = {
  connection: {
    about: 'every connection, those that are open and those to come, until the fault is removed',
    actions: ['break', 'stall'],
    after: [],
  },
  request: {
    about: 'a request has come, and nothing was done about it yet',
    actions: ['error', 'delay', 'stall', 'break', 'proxy-page'],
    after: [],
  },
  answer: {
    about: 'a request was carried out, and its answer is about to be sent',
    actions: ['error', 'delay', 'stall', 'break', 'proxy-page'],
    after: [],
  },
  body: {
    about: 'the body of an answer (no watch, no log)',
    actions: ['delay', 'stall', 'break', 'end'],
    after: ['bytes'],
  },
  watch: {
    about: 'the events of a watch',
    actions: ['delay', 'stall', 'break', 'end', 'expire'],
    after: ['events', 'bytes'],
  },
  log: {
    about: 'the bytes of a log, followed or not',
    actions: ['delay', 'stall', 'break', 'end'],
    after: ['bytes'],
  },
  handshake: {
    about: 'a request to upgrade (attach, exec, port-forward) has come',
    actions: ['error', 'delay', 'stall', 'break', 'proxy-page'],
    after: [],
  },
  'stream-output': {
    about: 'what a WebSocket of attach or exec carries to the client, the status included',
    actions: ['delay', 'stall', 'break', 'end'],
    after: ['frames', 'bytes'],
  },
  'stream-input': {
    about: 'what a WebSocket of attach or exec carries from the client',
    actions: ['delay', 'stall', 'break', 'end'],
    after: ['frames', 'bytes'],
  },
  'stream-ping': {
    about: 'the pings of a client on a WebSocket of attach or exec',
    actions: ['drop'],
    after: [],
  },
  'image-pull': {
    about: 'the kubelet asks for an image (the name to match is the pulled reference)',
    actions: ['error', 'delay', 'stall'],
    after: [],
  },
  'container-start': {
    about: 'the kubelet starts a container',
    actions: ['error', 'delay', 'stall'],
    after: [],
  },
} as const satisfies Readonly<Record<string, PointDescription>>;

export type FaultPoint = keyof typeof FAULT_POINTS;

/** Which of the things that pass a point a fault strikes: every given property must be equal. */
export interface FaultMatch {
  /** An API verb: get, list, watch, create, update, patch, delete, deletecollection. */
  verb?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  /** Of the object; of the pod at `container-start`; the reference at `image-pull`. */
  name?: string;
  /** At `container-start`, `log`, `handshake` and the stream points. */
  container?: string;
  /** The user who asks. */
  user?: string;
}

/** A fault at one point, with the actions that this point has. */
export type FaultAt<P extends FaultPoint> = {
  point: P;
  action: Extract<FaultAction, { kind: (typeof FAULT_POINTS)[P]['actions'][number] }>;
  match?: FaultMatch;
  /** Strikes a stream once so much of it has passed; at once if absent. */
  after?: Partial<Record<(typeof FAULT_POINTS)[P]['after'][number], number>>;
  /** So many that match pass before one is struck. */
  skip?: number;
  /** So many are struck, then no more; all if absent. */
  times?: number;
};

export type Fault = { [P in FaultPoint]: FaultAt<P> }[FaultPoint];

/** Checks what types cannot, for callers without them. Throws a TypeError that says what is wrong. */
export function checkFault(fault: Fault): void {
  const point: PointDescription | undefined = FAULT_POINTS[fault.point];
  if (point === undefined) {
    throw new TypeError(
      `no fault point ${JSON.stringify(fault.point)}; there are ${Object.keys(FAULT_POINTS).join(', ')}`,
    );
  }
  if (!point.actions.includes(fault.action.kind)) {
    throw new TypeError(
      `at ${fault.point} there is no ${fault.action.kind}; there is ${point.actions.join(', ')}`,
    );
  }
  for (const [unit, amount] of Object.entries(fault.after ?? {})) {
    if (!(point.after as readonly string[]).includes(unit)) {
      throw new TypeError(
        `${fault.point} is not counted in ${unit}${point.after.length === 0 ? '' : `, but in ${point.after.join(' or ')}`}`,
      );
    }
    checkCount(`after.${unit}`, amount as number);
  }
  if (fault.skip !== undefined) checkCount('skip', fault.skip);
  if (fault.times !== undefined) checkCount('times', fault.times);
  if (fault.action.kind === 'delay') checkCount('milliseconds', fault.action.milliseconds);
  if ('code' in fault.action && !(fault.action.code >= 400 && fault.action.code <= 599)) {
    throw new TypeError(`code must be an HTTP error, 400 to 599, not ${fault.action.code}`);
  }
}

function checkCount(name: string, value: number): void {
  if (!(value >= 0)) throw new TypeError(`${name} must be a number from 0, not ${value}`);
}
