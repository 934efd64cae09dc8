import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ContainerStateTerminated, Pod } from 'kubernetes-types/core/v1.d.ts';
import { failureWords } from '../cli/present/outcome-words.ts';
import { DbgError } from '../model/failure.ts';
import { PLAIN_COMMANDS } from '../model/follow-up-commands.ts';
import { exitCodeOf, type Outcome } from '../model/outcome.ts';
import type { EndReason } from './session-end.ts';
import { judge, type SessionFacts } from './verdict.ts';
import { unreachable } from '../testing/failures.ts';

const FAILURE = { code: 'StreamRefused', facts: { container: 'dbg', way: 'attach', status: 403 } } as const;

interface Given {
  end?: EndReason;
  terminated?: Record<string, unknown>;
  status?: Pod['status'];
  /** It is being deleted. */
  deleting?: boolean;
  deleted?: boolean;
  lost?: number | 'unknown';
  mayRepeat?: boolean;
  tty?: boolean;
  exec?: SessionFacts['exec'];
  inputCut?: boolean;
  way?: SessionFacts['way'];
}

function outcome({
  end = { kind: 'delivered' },
  terminated,
  status,
  deleting = false,
  deleted = false,
  lost = 0,
  mayRepeat = false,
  tty = false,
  exec,
  inputCut,
  way,
}: Given): Outcome {
  const state =
    terminated === undefined
      ? { running: {} }
      : { terminated: terminated as unknown as ContainerStateTerminated };
  const pod: Pod = {
    metadata: {
      name: 'web',
      namespace: 'shop',
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    status: {
      phase: 'Running',
      ...status,
      ephemeralContainerStatuses: [
        { name: 'dbg', state, ready: false, restartCount: 0, image: '', imageID: '' },
      ],
    },
  };
  return judge({
    address: { namespace: 'shop', pod: 'web', container: 'dbg' },
    stdin: true,
    tty,
    end,
    seen: { pod, deleted },
    context: { container: 'dbg', image: 'busybox', target: undefined },
    delivery: { lost, mayRepeat },
    exec,
    inputCut,
    way,
  });
}

class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal = 'SIGTERM';
}
class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}
class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
}

const rows: [what: string, given: Given, code: number, expected: Partial<Outcome> & { words?: RegExp }][] = [
  ['exited with 0', { terminated: { exitCode: 0, reason: 'Completed' } }, 0, { kind: 'exited', code: 0 }],
  ['exited with 7', { terminated: { exitCode: 7, reason: 'Error' } }, 7, { kind: 'exited', code: 7 }],
  ['killed', { terminated: { exitCode: 137, reason: 'Error' } }, 137, { kind: 'signalled', signal: 9 }],
  [
    'out of memory, with 0',
    { terminated: { exitCode: 0, reason: 'OOMKilled' } },
    0,
    { kind: 'exited', reason: 'OOMKilled' },
  ],
  [
    'out of memory',
    { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    137,
    { kind: 'signalled', reason: 'OOMKilled' },
  ],
  [
    'unknown to its node',
    { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
    74,
    { kind: 'lost', reason: 'ContainerStatusUnknown' },
  ],
  [
    'not started',
    { terminated: { exitCode: 128, reason: 'StartError', message: 'x' } },
    69,
    { kind: 'never-started' },
  ],
  [
    'exited with 0, but its input was truncated',
    { terminated: { exitCode: 0 }, inputCut: true },
    74,
    { kind: 'lost', words: /broke before all of the input was sent \(it exited with 0\)/ },
  ],
  [
    'killed while receiving input',
    { terminated: { exitCode: 137 }, inputCut: true },
    137,
    { kind: 'signalled', signal: 9 },
  ],
  [
    'evicted',
    { terminated: { exitCode: 137, reason: 'Error' }, status: { phase: 'Failed', reason: 'Evicted' } },
    137,
    { kind: 'signalled', reason: 'Evicted' },
  ],
  [
    'past its deadline',
    {
      terminated: { exitCode: 143, reason: 'Error' },
      status: { phase: 'Failed', reason: 'DeadlineExceeded' },
    },
    143,
    { kind: 'signalled', reason: 'DeadlineExceeded' },
  ],
  [
    'running when its pod was deleted',
    { deleted: true },
    74,
    { kind: 'lost', words: /^pod web was deleted during the session$/ },
  ],
  [
    'running when its pod, which was being deleted, was gone',
    { deleted: true, deleting: true },
    74,
    { kind: 'lost', reason: 'Deleted', words: /^pod web was deleted during the session$/ },
  ],
  [
    'run by exec when its pod was gone',
    { deleted: true, deleting: true, exec: { end: undefined } },
    74,
    { kind: 'lost', words: /cannot be resumed: pod web was deleted$/ },
  ],
  [
    'terminated with its pod, which is being deleted',
    { terminated: { exitCode: 143, reason: 'Error' }, deleting: true },
    143,
    { kind: 'signalled', reason: 'Deleted' },
  ],
  [
    'exited with 0 while its pod was being deleted',
    { terminated: { exitCode: 0 }, deleting: true },
    0,
    { kind: 'exited' },
  ],
  [
    'killed in an exec with its pod, which is being deleted',
    { exec: { end: { kind: 'exit', code: 137 } }, deleting: true },
    137,
    { kind: 'signalled', reason: 'Deleted' },
  ],
  [
    'killed in an exec with its pod, which was evicted',
    { exec: { end: { kind: 'exit', code: 137 } }, status: { phase: 'Failed', reason: 'Evicted' } },
    137,
    { kind: 'signalled', reason: 'Evicted' },
  ],
  [
    'running when its pod was evicted',
    {
      end: { kind: 'end-unknown' },
      status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    },
    74,
    { kind: 'lost', reason: 'Evicted', words: /pod web was evicted \(low on memory\)/ },
  ],
  [
    'on a lost node',
    {
      end: { kind: 'not-opened', failure: { kind: 'lost', message: 'no attach', failure: FAILURE } },
      status: { reason: 'NodeLost' },
    },
    74,
    { kind: 'lost', words: /no attach; pod web is on a node that no longer answers/ },
  ],
  [
    'preempted',
    {
      end: { kind: 'end-unknown' },
      status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
    },
    74,
    { kind: 'lost', reason: 'PreemptionByScheduler' },
  ],
  [
    'output is missing',
    { terminated: { exitCode: 0 }, lost: 5 },
    74,
    { kind: 'lost', words: /5 bytes of the output .* \(it exited with 0\)/ },
  ],
  [
    'output may be duplicated',
    { terminated: { exitCode: 0 }, mayRepeat: true },
    74,
    { kind: 'lost', words: /may be missing or come twice \(it exited with 0\)/ },
  ],
  [
    'output is missing on a terminal',
    { terminated: { exitCode: 0 }, lost: 5, tty: true },
    0,
    { kind: 'exited' },
  ],
  ['still running', {}, 74, { kind: 'lost', words: /does not say how it ended/ }],
  ['detached', { end: { kind: 'detached' } }, 0, { kind: 'detached' }],
  [
    'not attached',
    { end: { kind: 'not-opened', failure: { kind: 'refused', message: 'no ticket!', failure: FAILURE } } },
    77,
    { kind: 'refused', words: /no ticket!/ },
  ],
  [
    'stdin is a directory, and the command exited with 0',
    { end: { kind: 'input-unreadable', why: 'it is a directory' }, terminated: { exitCode: 0 } },
    74,
    { kind: 'lost', words: /^cannot read stdin: it is a directory$/ },
  ],
  [
    'input was truncated',
    { end: { kind: 'input-cut' } },
    74,
    { kind: 'lost', words: /before all of the input/ },
  ],
  [
    'the watch is lost',
    { end: { kind: 'pod-unknown', error: unreachable('no route') } },
    74,
    { kind: 'lost', words: /stopped answering \(no route\)/ },
  ],
  [
    'the watch reports another pod',
    {
      end: {
        kind: 'pod-unknown',
        error: new DbgError('protocol', 'AnswerMalformed', 'it is another', { server: 'https://api' }),
      },
    },
    76,
    { kind: 'protocol', words: /^lost the session .*: it is another$/ },
  ],
  [
    'interrupted',
    { end: { kind: 'aborted', reason: new Interrupted() }, terminated: { exitCode: 0 } },
    143,
    { kind: 'interrupted', signal: 'SIGTERM' },
  ],
  ['a broken pipe', { end: { kind: 'aborted', reason: new BrokenPipe() } }, 141, { kind: 'broken-pipe' }],
  [
    'the disk is full',
    { end: { kind: 'aborted', reason: new OutputFailed('cannot write the output: no space left') } },
    74,
    { kind: 'lost', words: /no space left/ },
  ],
  ['stdout is closed', { end: { kind: 'output-closed', error: undefined } }, 141, { kind: 'broken-pipe' }],
  [
    'stdout fails',
    { end: { kind: 'output-closed', error: new Error('EIO') } },
    74,
    { kind: 'lost', words: /cannot write the output: EIO/ },
  ],
  ['an exec exited with 0', { exec: { end: { kind: 'success' } } }, 0, { kind: 'exited', code: 0 }],
  ['an exec exited with 3', { exec: { end: { kind: 'exit', code: 3 } } }, 3, { kind: 'exited', code: 3 }],
  [
    'a broken exec',
    { exec: { end: undefined }, terminated: { exitCode: 0 } },
    74,
    { kind: 'lost', words: /cannot be resumed/ },
  ],
  ['an exec failed', { exec: { end: { kind: 'failure', message: 'x' } } }, 74, { kind: 'lost' }],
];
for (const [what, given, code, { words, ...expected }] of rows) {
  test(`${what}: exit code ${code}`, () => {
    const result = outcome(given);
    for (const [key, value] of Object.entries(expected)) assert.equal(result[key as keyof Outcome], value);
    if (words !== undefined) assert.match('message' in result ? result.message : '', words);
    assert.equal(exitCodeOf(result), code);
  });
}

test('does not suggest attaching to a container that only slept for an exec', async () => {
  const failure = { kind: 'refused' as const, message: 'no ticket!', failure: FAILURE };
  const ends: Given[] = [
    { end: { kind: 'not-opened', failure } },
    { end: { kind: 'end-unknown' } },
    { exec: { end: undefined } },
  ];
  for (const given of ends) {
    const remedyOf = async (way: SessionFacts['way']) => {
      const result = outcome({ ...given, way });
      assert.ok('failure' in result);
      return (await failureWords(result, PLAIN_COMMANDS)).remedy ?? '';
    };
    assert.doesNotMatch(await remedyOf('exec'), /attach/i);
    if (given.exec === undefined) assert.match(await remedyOf('attach'), /kubectl attach/);
  }
});

const nonsense: [what: string, terminated: Record<string, unknown>][] = [
  ['256', { exitCode: 256 }],
  ['null', { exitCode: null }],
  ['nothing', {}],
  ['1.5', { exitCode: 1.5 }],
  ['a string', { exitCode: '0' }],
  ['an escape sequence', { exitCode: '\u001b]52;c;aWQK\u0007' }],
  ['-1', { exitCode: -1 }],
  ['signal 128', { exitCode: 0, signal: 128 }],
  ['signal 1e12', { exitCode: 0, signal: 1e12 }],
  ['a signal as a string', { exitCode: 0, signal: 'KILL' }],
];
for (const [what, terminated] of nonsense) {
  test(`${what} is not a possible exit status: lost`, () => {
    const result = outcome({ terminated });
    assert.equal(exitCodeOf(result), 74);
    assert.ok(result.kind === 'lost' && !result.message.includes('\u001b'), JSON.stringify(result));
  });
}

test('never a success unless the container exited with 0', () => {
  const value = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant(null),
    fc.constant(undefined),
    fc.boolean(),
  );
  fc.assert(
    fc.property(value, value, (exitCode, signal) => {
      const result = outcome({ terminated: { exitCode, signal } });
      const code = exitCodeOf(result);
      assert.ok(Number.isInteger(code) && code >= 0 && code <= 255);
      if (code === 0) assert.ok(exitCode === 0);
    }),
  );
});
