import type { Fault } from 'kube-sandbox';
import { type Injection, OWN_CODE, type Place } from './cell.ts';

type StreamAction = Extract<Fault, { point: 'stream-output' }>['action'];
const CUT = { kind: 'break' } as const;

/** The stream that carries the session. */
const streamOf = ({ shape }: Place) => (shape === 'exec' ? 'exec' : 'attach');

/** The outcomes of the end of a stream: an attach is resumed, an exec and cut input cannot be. */
function afterBreak({ shape }: Place): readonly number[] {
  if (shape === 'exec') return [74];
  return shape === 'piped stdin' ? [OWN_CODE, 74] : [OWN_CODE];
}

const attach: Injection[] = [0, 100].flatMap((bytes) => {
  const output = (place: Place, action: StreamAction): Fault => ({
    point: 'stream-output',
    match: { subresource: streamOf(place) },
    after: { bytes },
    times: 1,
    action,
  });
  return [
    {
      name: `stream cut after ${bytes} bytes`,
      short: bytes > 0,
      onPty: true,
      faults: (place: Place) => [output(place, CUT)],
      codes: afterBreak,
    },
    {
      name: `stream ended after ${bytes} bytes`,
      faults: (place: Place) => [output(place, { kind: 'end' })],
      codes: (place: Place) => [...afterBreak(place), 74],
    },
    {
      name: `stream silent after ${bytes} bytes`,
      short: bytes > 0,
      faults: (place: Place): Fault[] => [
        output(place, { kind: 'stall' }),
        { point: 'stream-ping', match: { subresource: streamOf(place) }, action: { kind: 'drop' } },
      ],
      codes: (place: Place) => [...afterBreak(place), 74],
    },
    {
      name: `stream slow after ${bytes} bytes`,
      faults: (place: Place) => [output(place, { kind: 'delay', milliseconds: 200 })],
      codes: () => [OWN_CODE],
    },
  ];
});

const watch: Injection[] = [0, 1, 2].flatMap((events) =>
  (
    [
      ['cut', CUT],
      ['ended', { kind: 'end' }],
      ['expired', { kind: 'expire' }],
      ['silent', { kind: 'stall' }],
    ] as const
  ).map(([name, action]) => ({
    name: `watch ${name} after ${events} events`,
    short: name === 'expired' && events === 1,
    faults: (): Fault[] => [
      { point: 'watch', match: { resource: 'pods' }, after: { events }, times: 1, action },
    ],
    codes: () => (name === 'silent' ? [OWN_CODE, 69, 74, 75] : [OWN_CODE]),
  })),
);

const log: Injection[] = [0, 100].flatMap((bytes) =>
  (
    [
      ['cut', CUT],
      ['ended', { kind: 'end' }],
      ['silent', { kind: 'stall' }],
    ] as const
  ).map(([name, action]) => ({
    name: `log ${name} after ${bytes} bytes`,
    applies: ({ shape }: Place) => shape !== 'exec',
    faults: (): Fault[] => [{ point: 'log', after: { bytes }, times: 1, action }],
    codes: () => (name === 'silent' ? [OWN_CODE, 74] : [OWN_CODE]),
  })),
);

export const streamInjections: readonly Injection[] = [
  ...attach,
  ...watch,
  ...log,
  {
    name: 'stream cut, then refused for good',
    short: true,
    faults: (place) => [
      { point: 'stream-output', match: { subresource: streamOf(place) }, after: { bytes: 100 }, action: CUT },
      {
        point: 'handshake',
        match: { subresource: 'attach' },
        skip: 1,
        action: { kind: 'respond', code: 502, contentType: 'text/html', body: '<html>gone</html>' },
      },
    ],
    // Without lost input, the log has the rest if the command exits during the retries of the attach.
    codes: ({ shape }) => (shape === 'no stdin' || shape === 'terminal' ? [OWN_CODE, 74] : [74]),
    says: /lost|cannot attach|connection broke/,
  },
  {
    name: 'log refused',
    short: true,
    onPty: true,
    applies: ({ shape }) => shape !== 'exec',
    faults: () => [{ point: 'request', match: { subresource: 'log' }, action: { kind: 'error', code: 403 } }],
    codes: () => [OWN_CODE, 74],
  },
  {
    name: 'watch refused',
    short: true,
    onPty: true,
    faults: () => [
      {
        point: 'request',
        match: { verb: 'watch', resource: 'pods' },
        action: { kind: 'error', code: 403 },
      },
    ],
    codes: () => [OWN_CODE, 74, 77],
  },
  {
    name: 'half a body of a GET',
    faults: () => [{ point: 'body', match: { verb: 'get' }, after: { bytes: 50 }, action: CUT, times: 1 }],
    applies: ({ workflow }) => workflow !== 'node',
    codes: () => [OWN_CODE, 68, 74, 76],
  },
  ...(['image-pull', 'container-start'] as const).map((point): Injection => ({
    name: `${point} late`,
    faults: () => [{ point, action: { kind: 'delay', milliseconds: 200 }, times: 1 }],
    codes: () => [OWN_CODE],
  })),
  {
    name: 'container-start fails',
    faults: () => [{ point: 'container-start', action: { kind: 'error', code: 500 } }],
    codes: () => [69, 75],
  },
];
