import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { REAL_CLOCK } from '../clock.ts';
import { FileTree } from '../file-tree.ts';
import { ProcessTable } from '../process-table.ts';
import { Random } from '../random.ts';
import { SimulatedProcess } from '../simulated-process.ts';
import { Collector, Pipe } from './streams.ts';

interface Result {
  out: string;
  err: string;
  code: number;
}

async function run(script: string, input = ''): Promise<Result> {
  const stdout = new Collector();
  const stderr = new Collector();
  const process = new SimulatedProcess({
    run: { argv: ['sh', '-c', Buffer.from(script).toString('latin1')] },
    machine: {
      clock: REAL_CLOCK,
      random: new Random('test'),
      hostname: 'web',
      uid: 0,
      gid: 0,
      tree: new FileTree(),
      processes: new ProcessTable(),
    },
    env: new Map([['A', 'from the environment']]),
    io: { stdin: Pipe.of(Buffer.from(input, 'latin1')), stdout, stderr },
    init: false,
  });
  const { exitCode } = await process.ended;
  return { out: stdout.text(), err: stderr.text(), code: exitCode };
}

// The second group of tests checks that busybox prints the same.
const PROGRAMS: readonly (readonly [script: string, out: string, code?: number, input?: string])[] = [
  ['echo hello   world', 'hello world\n'],
  ['echo "a  b" \'c  d\' e\\ \\ f', 'a  b c  d e  f\n'],
  ['echo -n no newline', 'no newline'],
  ["echo -e 'a\\tb'", 'a\tb\n'],
  ["printf '%s=%d\\n' a 1 b 2", 'a=1\nb=2\n'],
  ["printf 'bad\\377\\0x'", 'bad\xff\0x'],
  ["printf '%5s|%-5s|%05d' a b 42", '    a|b    |00042'],
  ['exit 7', '', 7],
  ["{ (exec sh -c 'echo out; echo err >&2' 2>&3 3>&-); } 3>&1 2>/dev/null", 'out\nerr\n'],
  ['false', '', 1],
  ['true && echo yes || echo no', 'yes\n'],
  ['false && echo yes || echo no', 'no\n'],
  ['! false', ''],
  ['false; echo $?', '1\n'],
  ['echo "$A"', 'from the environment\n'],
  ['for i in 1 2 3; do echo line $i; done; exit 1', 'line 1\nline 2\nline 3\n', 1],
  ['for i in $(seq 1 3); do echo $i; done', '1\n2\n3\n'],
  ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done', '1\n2\n3\n'],
  ['i=0; while :; do i=$((i + 1)); [ $i = 2 ] && continue; [ $i -gt 3 ] && break; echo $i; done', '1\n3\n'],
  ['until false; do echo once; break; done', 'once\n'],
  ['if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
  ['{ echo a; echo b; } | cat', 'a\nb\n'],
  ['(x=inner; echo $x); echo "[$x]"', 'inner\n[]\n'],
  ['x=1; y=${z:-fallback}; echo $x$y', '1fallback\n'],
  ['echo $((2 * (3 + 4) % 5)) $((7 / 2)) $((1 < 2 && 3 >= 4))', '4 3 0\n'],
  ['yes 0123456789 | head -n 2', '0123456789\n0123456789\n'],
  ['head -c 5 /dev/zero | tr "\\0" x', 'xxxxx'],
  ['seq 10 | tail -n 2', '9\n10\n'],
  ['seq 3 | wc -l', '3\n'],
  ['echo aGk= | base64 -d', 'hi'],
  ['cat; echo end', 'from stdin\nend\n', 0, 'from stdin\n'],
  ['read x; echo got $x; exit 3', 'got one two\n', 3, 'one two\nthree\n'],
  ['read a b; echo $b', 'two three\n', 0, 'one two three\n'],
  ['while read l; do echo "<$l>"; done', '<a>\n<b>\n', 0, 'a\nb\n'],
  ['head -c 3; echo; echo done', 'abc\ndone\n', 0, 'abcdef'],
  ['echo a; # a comment\necho b', 'a\nb\n'],
  ['echo one \\\n  two', 'one two\n'],
  ["sh -c 'echo $0 $1' name first", 'name first\n'],
  ["sh -c 'kill -9 $$'; echo $?", '137\n'],
  ["trap 'echo bye' TERM; kill -TERM $$; echo after", 'bye\nafter\n'],
  ['x=abc; echo "${x}d"', 'abcd\n'],
  ['echo "$(echo nested "$(echo deeper)")"', 'nested deeper\n'],
  ['eval "echo a; echo b"', 'a\nb\n'],
  ['exec echo replaced; echo never', 'replaced\n'],
  ['sleep 0.01 & wait; echo waited', 'waited\n'],
  ['x="a b"; for w in $x; do echo $w; done', 'a\nb\n'],
  ['echo h\xe9', 'h\xc3\xa9\n'],
];

describe('a simulated shell', () => {
  for (const [script, out, code = 0, input = ''] of PROGRAMS) {
    test(JSON.stringify(script), async () => {
      const result = await run(script, input);
      assert.deepEqual({ out: result.out, code: result.code }, { out, code }, result.err);
    });
  }

  test('redirects to stderr', async () => {
    assert.deepEqual(await run('echo out; echo err >&2; { echo both; } 2>&1'), {
      out: 'out\nboth\n',
      err: 'err\n',
      code: 0,
    });
  });

  test('stores files', async () => {
    assert.equal(
      (await run('echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f; cat < /tmp/f | wc -l; echo x >/dev/null'))
        .out,
      'a\nb\n2\n',
    );
  });

  test('reports unknown commands and syntax errors', async () => {
    assert.deepEqual(await run('nosuch'), { out: '', err: 'sh: nosuch: not found\n', code: 127 });
    const { err, code } = await run('if true; do');
    assert.match(err, /^sh: syntax error: unexpected "do"\n$/);
    assert.equal(code, 2);
    assert.match((await run("echo 'open")).err, /unterminated quoted string/);
  });

  test('runs a program from its stdin, line by line', async () => {
    const stdin = 'echo one\nfor i in 1 2\ndo echo $i\ndone\nx=3\nexit $x\necho never\n';
    assert.deepEqual(await run('sh', stdin), { out: 'one\n1\n2\n', err: '', code: 3 });
  });

  test('can be killed in a busy loop', async () => {
    const process = new SimulatedProcess({
      run: { argv: ['sh', '-c', 'while true; do :; done'] },
      machine: {
        clock: REAL_CLOCK,
        random: new Random('test'),
        hostname: 'web',
        uid: 0,
        gid: 0,
        tree: new FileTree(),
        processes: new ProcessTable(),
      },
      env: new Map(),
      io: { stdin: Pipe.of(Buffer.alloc(0)), stdout: new Collector(), stderr: new Collector() },
      init: false,
    });
    setImmediate(() => process.signal('SIGTERM'));
    assert.deepEqual(await process.ended, { exitCode: 143, signal: 15 });
  });
});

const hasBusybox = spawnSync('busybox', ['true']).status === 0;

describe('busybox prints the same', { skip: hasBusybox ? false : 'busybox is not installed' }, () => {
  for (const [script, out, code = 0, input = ''] of PROGRAMS) {
    test(JSON.stringify(script), () => {
      const options = { input, env: { A: 'from the environment', PATH: process.env['PATH'] ?? '' } };
      const result = spawnSync('busybox', ['sh', '-c', script], options);
      assert.deepEqual({ out: result.stdout.toString('latin1'), code: result.status }, { out, code });
    });
  }
});
