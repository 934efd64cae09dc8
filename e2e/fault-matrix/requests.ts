import type { Fault, FaultMatch } from 'kube-sandbox';
import { type Injection, OWN_CODE, type Place } from './cell.ts';

type Action = Extract<Fault, { point: 'answer' }>['action'];

/** Requests of a session, as the match of a fault; undefined if the workflow does not send it. */
const REQUESTS: readonly [name: string, match: (place: Place) => FaultMatch | undefined][] = [
  [
    'the GET',
    ({ workflow }) =>
      // A node has no namespace: a fault on its GET would hit other sessions too.
      workflow === 'node' ? undefined : { verb: 'get', resource: 'pods', name: 'web' },
  ],
  [
    'the write',
    ({ workflow }) =>
      workflow === 'ephemeral'
        ? { verb: 'patch', subresource: 'ephemeralcontainers' }
        : { verb: 'create', resource: 'pods' },
  ],
  ['the watch', () => ({ verb: 'watch', resource: 'pods' })],
  ['the log', ({ shape }) => (shape === 'exec' ? undefined : { verb: 'get', subresource: 'log' })],
  [
    'the DELETE',
    ({ workflow }) => (workflow === 'ephemeral' ? undefined : { verb: 'delete', resource: 'pods' }),
  ],
];

/** Failures of a request; `over`: a careful client recovers from it for every request. */
const TROUBLES: readonly [name: string, action: Action, over: boolean][] = [
  ['429', { kind: 'error', code: 429, retryAfterSeconds: 1 }, true],
  ['503', { kind: 'error', code: 503, retryAfterSeconds: 1 }, false],
  ['500', { kind: 'error', code: 500 }, false],
  ['a late answer', { kind: 'delay', milliseconds: 300 }, true],
  ['a cut', { kind: 'break' }, true],
  ['silence', { kind: 'stall' }, false],
  ["a proxy's page", { kind: 'proxy-page', code: 502 }, false],
];

const FAILURES = [66, 68, 69, 74, 75, 76, 77];

export const requestInjections: readonly Injection[] = REQUESTS.flatMap(([request, matchOf]) =>
  TROUBLES.flatMap(([trouble, action, over]) =>
    (['request', 'answer'] as const)
      // Flow control refuses a request before it is executed.
      .filter((point) => trouble !== '429' || point === 'request')
      .map((point): Injection => {
        const when = point === 'request' ? 'before' : 'after';
        return {
          name: `${trouble} ${when} ${request}`,
          short: trouble === 'a cut' && point === 'answer',
          applies: (place) => matchOf(place) !== undefined,
          faults: (place) => [{ point, action, times: 1, match: matchOf(place) ?? {} }],
          codes: () => (over ? [OWN_CODE] : [OWN_CODE, ...FAILURES]),
        };
      }),
  ),
);
