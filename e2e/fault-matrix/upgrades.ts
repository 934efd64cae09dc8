import type { Fault } from 'kube-sandbox';
import { type Injection, OWN_CODE, type Place } from './cell.ts';

const WORDS = 'no ticket!';

type Body = readonly [name: string, contentType: string, text: (code: number) => string];

const TEXT: Body = ['text', 'text/plain', () => WORDS];
const PAGE: Body = ['a page', 'text/html', () => `<html><body>${WORDS}</body></html>`];
const KUBELET: Body = ['a kubelet’s text', 'text/plain', () => `unable to upgrade connection: ${WORDS}`];
const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
};
const STATUS: Body = [
  'a Status',
  'application/json',
  (code) =>
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: WORDS,
      reason: REASONS[code],
      code,
    }),
];

const REFUSALS: readonly [code: number, bodies: Body[], exitCode: number][] = [
  [400, [TEXT, STATUS, PAGE], 74],
  [401, [TEXT, STATUS, PAGE], 77],
  [403, [TEXT, STATUS, PAGE], 77],
  [404, [TEXT, PAGE], 74],
  [409, [TEXT], 74],
  [422, [TEXT, STATUS], 77],
  [429, [TEXT, STATUS], 74],
  [500, [KUBELET, STATUS], 74],
  [502, [PAGE], 74],
  [503, [PAGE], 74],
];

/** The stream that carries the session. */
const streamOf = ({ shape }: Place) => (shape === 'exec' ? 'exec' : 'attach');

/** Without input, the log replaces a failed attach. */
function refused(exitCode: number, retried = false): (place: Place) => readonly number[] {
  return ({ shape }) => {
    if (shape === 'no stdin') return [OWN_CODE];
    // A command that waits for no input may exit during the retries of the attach.
    return shape === 'terminal' && retried ? [OWN_CODE, exitCode] : [exitCode];
  };
}

function handshake(place: Place, action: Extract<Fault, { point: 'handshake' }>['action'], more = {}): Fault {
  return { point: 'handshake', match: { subresource: streamOf(place) }, action, ...more };
}

const refusals: Injection[] = REFUSALS.flatMap(([code, bodies, exitCode]) =>
  bodies.flatMap(([name, contentType, text]) =>
    (['keep-alive', 'close'] as const).map((connection): Injection => ({
      name: `upgrade: ${code} with ${name}, ${connection === 'close' ? 'closed' : 'kept open'}`,
      short: connection === 'keep-alive' && (name === 'a Status' || code === 502),
      onPty: connection === 'keep-alive' && [400, 403, 404].includes(code),
      faults: (place) => [
        handshake(place, { kind: 'respond', code, contentType, body: text(code), connection }),
      ],
      codes: refused(exitCode, code === 429 || code >= 500),
      says: /no ticket|web page|attach to|run the command/,
    })),
  ),
);

export const upgradeInjections: readonly Injection[] = [
  ...refusals,
  {
    name: 'upgrade: denied by a policy',
    short: true,
    onPty: true,
    faults: (place) => [
      {
        point: 'admission',
        match: { subresource: streamOf(place) },
        action: { kind: 'policy-denial', policy: 'tickets', binding: 'all', message: WORDS },
      },
    ],
    codes: refused(77),
    says: /no ticket!/,
  },
  {
    name: 'upgrade: 500 once',
    faults: (place) => [handshake(place, { kind: 'error', code: 500 }, { times: 1 })],
    codes: () => [OWN_CODE],
  },
  {
    name: 'upgrade: cut once',
    onPty: true,
    faults: (place) => [handshake(place, { kind: 'break' }, { times: 1 })],
    // The command may already have started: it must not run twice.
    codes: ({ shape }) => (shape === 'exec' ? [74] : [OWN_CODE]),
  },
  {
    name: 'upgrade: cut every time',
    faults: (place) => [handshake(place, { kind: 'break' })],
    codes: refused(74, true),
  },
  {
    name: 'upgrade: never answered',
    faults: (place) => [handshake(place, { kind: 'stall' })],
    codes: refused(74, true),
  },
  {
    name: 'upgrade: late',
    faults: (place) => [handshake(place, { kind: 'delay', milliseconds: 300 })],
    codes: () => [OWN_CODE],
  },
];
