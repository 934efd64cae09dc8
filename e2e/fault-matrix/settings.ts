import type { Cell } from './cell.ts';

const LINES = 60;
const LIST = Array.from({ length: LINES }, (_, index) => `line ${index + 1}\n`);

/** The output of a session: of its command, or the echo of its input. */
export const TRUTH = LIST.join('');
export const INPUT: readonly string[] = LIST;

const COUNT = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo line $i; sleep 0.005; done; exit 3`;
/** A program that would leave the terminal in the alternate screen, without a cursor. */
const FULL_SCREEN = String.raw`printf '\033[?1049h\033[?25l'; ${COUNT}`;

/** The output of the full-screen program before the lines. */
export const SCREEN_SETUP = '\x1b[?1049h\x1b[?25l';

const TARGETS = {
  ephemeral: ['web', '--image=busybox'],
  copy: ['web', '--copy-to=copy', '--image=busybox'],
  node: ['node/vm', '--image=busybox'],
};

const SHAPE_FLAGS = {
  'no stdin': [],
  'piped stdin': ['-i'],
  terminal: ['-it'],
  exec: ['--via=exec'],
};

export function commandLine({ workflow, shape, injection }: Cell, namespace: string): string[] {
  const script = { 'piped stdin': 'cat; exit 3', terminal: FULL_SCREEN, 'no stdin': COUNT, exec: COUNT }[
    shape
  ];
  const flags = ['-v=6', ...SHAPE_FLAGS[shape], ...(injection.args ?? [])];
  return [...TARGETS[workflow], ...flags, '-n', namespace, '--timeout=20s', '--', 'sh', '-c', script];
}

/** Timeouts: short enough to detect a stall soon, long enough for a busy machine. */
export const PATIENCE = {
  tuning: {
    connectTimeout: 10_000,
    answerTimeout: 5_000,
    pingInterval: 500,
    pingTimeout: 4_000,
    watchPause: 20,
    watchPauseLimit: 200,
    watchGiveUp: 5_000,
    handshakeTimeout: 4_000,
    closeTimeout: 200,
    retryAfterLimit: 3_000,
  },
  patience: { reopen: 3_000, status: 5_000 },
};
