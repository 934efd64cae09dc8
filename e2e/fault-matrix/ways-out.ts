import type { Fault, FaultMatch } from 'kube-sandbox';
import { TRUTH } from './settings.ts';
import { type Injection, type Moment, OWN_CODE, type Place } from './cell.ts';

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

/** The request that is stalled while a signal arrives. */
function heldAt(moment: Moment, { workflow }: Place): Fault | undefined {
  const write: FaultMatch =
    workflow === 'ephemeral'
      ? { verb: 'patch', subresource: 'ephemeralcontainers' }
      : { verb: 'create', resource: 'pods' };
  const stall = { kind: 'stall' } as const;
  switch (moment) {
    case 'reading':
      return { point: 'request', match: { verb: 'get', resource: 'pods', name: 'web' }, action: stall };
    case 'writing':
      return { point: 'request', match: write, action: stall };
    case 'written':
      return { point: 'answer', match: write, action: stall };
    case 'starting':
      return { point: 'container-start', action: stall };
    case 'cleaning up':
      return { point: 'request', match: { verb: 'delete', resource: 'pods' }, action: stall };
    default:
      return undefined;
  }
}

const signals: Injection[] = SIGNALS.flatMap(([signal, code]) =>
  (['reading', 'writing', 'written', 'starting', 'streaming', 'cleaning up'] as const).map(
    (moment): Injection => ({
      name: `${signal} while ${moment}`,
      short: signal === 'SIGTERM' || moment === 'streaming',
      onPty: signal === 'SIGTERM' || moment === 'streaming',
      applies: ({ workflow }) =>
        moment === 'cleaning up' ? workflow !== 'ephemeral' : moment !== 'reading' || workflow !== 'node',
      faults: (place) => {
        const fault = heldAt(moment, place);
        return fault === undefined ? [] : [fault];
      },
      act: { at: moment, do: (scene) => scene.signal(signal) },
      codes: () => [code],
    }),
  ),
);

const outputs: Injection[] = (['stdout', 'stderr'] as const).flatMap((stream) =>
  (['EPIPE', 'ENOSPC', 'EIO'] as const).flatMap((code) =>
    (
      [
        ['at the start', 0],
        ['in the middle', 200],
        ['at the end', TRUTH.length - 1],
      ] as const
    )
      // A session prints less on stderr.
      .filter(([, after]) => stream === 'stdout' || after === 0)
      .map(([when, after]): Injection => ({
        name: `${stream} fails with ${code} ${when}`,
        short: after > 0,
        output: { stream, code, after },
        // An unwritable message does not change the outcome, unless it is the requested output.
        codes: () =>
          stream === 'stderr' ? [OWN_CODE, code === 'EPIPE' ? 141 : 74] : [code === 'EPIPE' ? 141 : 74],
      })),
  ),
);

export const wayOutInjections: readonly Injection[] = [...signals, ...outputs];
