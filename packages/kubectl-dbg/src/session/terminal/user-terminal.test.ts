import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { InputStream, InterruptSignal, OutputStream } from '../../model/world.ts';
import { UserTerminal } from './user-terminal.ts';

function setUp({ stdinTty = true, stderrTty = false, tty = true } = {}) {
  const raw: boolean[] = [];
  const stdin: InputStream = Object.assign(new PassThrough(), {
    isTTY: stdinTty,
    setRawMode: (on: boolean) => raw.push(on),
  });
  const shown = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr', isTTY: boolean): OutputStream => {
    const output: OutputStream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
    output.on('data', (data: Buffer) => (shown[name] += data.toString('latin1')));
    return output;
  };
  const listeners = new Map<InterruptSignal, () => void>();
  const passes: string[] = [];
  let suspended = 0;
  const end = new AbortController();
  const stdout = stream('stdout', true);
  const terminal = new UserTerminal({
    world: {
      stdin,
      stderr: stream('stderr', stderrTty),
      onSignal: (signal, listener) => {
        listeners.set(signal, listener);
        return () => listeners.delete(signal);
      },
      passOutput: () => {
        passes.push('on');
        return () => passes.push('cancelled');
      },
      suspend: () => (suspended += 1),
    },
    stdout,
    stdin: true,
    tty,
    detachKeys: Uint8Array.of(16, 17),
    signal: end.signal,
  });
  return { terminal, raw, passes, shown, stdout, end, listeners, suspended: () => suspended };
}

test('sets raw mode once, and restores the terminal at the end of the session', () => {
  const { terminal, raw, passes, end, listeners } = setUp();
  terminal.take();
  terminal.take();
  assert.deepEqual(passes, ['on']);
  assert.ok(terminal.taken);
  end.abort();
  assert.ok(!terminal.taken);
  terminal.restore();
  terminal.take();
  assert.deepEqual(raw, [true, false]);
  assert.deepEqual(passes, ['on', 'cancelled']);
  assert.equal(listeners.size, 0);
});

test('does not touch a stream that is not a terminal', () => {
  const { terminal, raw } = setUp({ stdinTty: false });
  terminal.take();
  terminal.showStatus('x');
  assert.ok(!terminal.interactive && !terminal.taken && terminal.keys === undefined);
  assert.deepEqual(raw, []);
});

test('restores the terminal while suspended, and sets raw mode again afterwards', () => {
  const { terminal, raw, listeners, suspended } = setUp();
  terminal.take();
  listeners.get('SIGTSTP')?.();
  listeners.get('SIGCONT')?.();
  terminal.restore();
  assert.deepEqual(raw, [true, false, true, false]);
  assert.equal(suspended(), 1);
});

test('undoes the modes that a program left set, on the terminal that it wrote to', () => {
  const { terminal, shown, stdout, end } = setUp();
  terminal.take();
  terminal.output.write('\x1b[?1049h\x1b[?25l');
  end.abort();
  terminal.restore();
  assert.equal(shown.stdout, '\x1b[?1049h\x1b[?25l\x1b[?1049l\x1b[?25h');
  assert.notEqual(terminal.output, stdout);
});

test('also undoes modes that a program sets after the end', () => {
  const { terminal, shown, end } = setUp();
  terminal.take();
  end.abort();
  terminal.output.write('\x1b[?25l');
  terminal.restore();
  assert.equal(shown.stdout, '\x1b[?25l\x1b[?25h');
});

test('shows a status in the title, on stderr, and removes it with its cause', () => {
  const { terminal, shown } = setUp({ stderrTty: true });
  terminal.showStatus('too early');
  terminal.take();
  terminal.showStatus('trying\x07 again');
  terminal.showStatus('still trying');
  terminal.showStatus(undefined);
  terminal.restore();
  assert.equal(shown.stdout, '', 'not a byte in the stream');
  assert.equal(shown.stderr, '\x1b[22;2t\x1b]2;trying\\x07 again\x1b\\\x1b]2;still trying\x1b\\\x1b[23;2t');
});

test('restores the title with the terminal', () => {
  const { terminal, shown, end } = setUp({ stderrTty: true });
  terminal.take();
  terminal.showStatus('trying');
  end.abort();
  assert.match(shown.stderr, /\[23;2t$/);
});

test('writes no status into an unfinished sequence of the program', () => {
  const { terminal, shown } = setUp();
  terminal.take();
  terminal.output.write('\x1b[?2');
  terminal.showStatus('trying');
  assert.equal(shown.stdout, '\x1b[?2');
  terminal.output.write('5h');
  terminal.showStatus('trying');
  assert.match(shown.stdout, /\]2;trying/);
});

test('reports sizes until the session ends', () => {
  const { terminal, stdout, end } = setUp();
  const sizes: unknown[] = [];
  terminal.onResize((size) => sizes.push(size));
  stdout.emit('resize');
  end.abort();
  stdout.emit('resize');
  assert.deepEqual(sizes, [{ width: 80, height: 24 }]);
});
