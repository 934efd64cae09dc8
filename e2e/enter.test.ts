// Inspects a container with one program and no shell from the inside.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { missingForOwnImages } from './real-containers.ts';
import { TerminalProgram } from './terminal.ts';
import { openTestCluster, type TestCluster } from './world.ts';

const missing = missingForOwnImages();
const NEATO = 'example.com/distroless/neato:v1';

describe('entering a target', { skip: missing ?? false }, () => {
  let world: TestCluster;

  before(async () => {
    world = await openTestCluster();
    await Promise.all([
      pod('neato', { name: 'neato', image: NEATO, securityContext: { readOnlyRootFilesystem: true } }),
      pod('writable', { name: 'neato', image: NEATO }),
      pod('web', {
        name: 'service',
        image: world.images.distroless,
        env: [
          { name: 'COLOUR', value: `it's "red"\nand $x blue` },
          { name: 'SIZE', value: 'small' },
          { name: 'LD_PRELOAD', value: '/app/hostile.so' },
        ],
      }),
      pod(
        'two',
        { name: 'neato', image: NEATO },
        {
          shareProcessNamespace: true,
          containers: [
            { name: 'other', image: 'busybox', command: ['sleep', '1000000'] },
            { name: 'neato', image: NEATO },
          ],
        },
      ),
    ]);
  });
  after(async () => {
    await world.stop();
  });

  async function pod(name: string, container: Container, spec: Partial<PodSpec> = {}): Promise<void> {
    await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { terminationGracePeriodSeconds: 1, containers: [container], ...spec },
    });
  }

  const dbg = (...words: string[]) =>
    runDbg([...words.slice(0, 1), '-n', world.namespace, ...words.slice(1)], { env: world.env });

  test("/ is the target's root file system, and tools that it lacks run there", async () => {
    const result = await dbg(
      'neato',
      '--enter',
      '--',
      'sh',
      '-c',
      'ls /neato; ls / | sort | tr "\\n" " "; readlink /proc/self/root',
    );
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, '/neato\ndev etc neato proc sys var /\n');
    assert.match(result.stderr, /^Entering the file system of container "neato": \/ is its root/m);
  });

  test('creates no files in the target, and leaves no processes', async () => {
    const look = async () => {
      const seen = await dbg(
        'writable',
        '-q',
        '--',
        'sh',
        '-c',
        // A single process lists all others, and is the only one of this command at that time. A process without a command
        // line is a zombie, which the target's init process does not reap.
        'find /proc/1/root -xdev | sort; echo; for p in /proc/[0-9]*; do c=$(tr "\\0" " " <$p/cmdline); [ -z "$c" ] || echo "$c"; done',
      );
      assert.equal(seen.code, 0, seen.stderr);
      return seen.stdout;
    };
    const first = await look();
    const entered = await dbg(
      'writable',
      '-q',
      '--enter',
      '--',
      'sh',
      '-c',
      'sleep 100000 & find / -xdev >/dev/null',
    );
    assert.equal(entered.code, 0, entered.stderr);
    assert.equal(await look(), first);
  });

  test("working directory and environment are the target's, without dynamic linker variables; --env takes precedence", async () => {
    const result = await dbg(
      'web',
      '-q',
      '--enter',
      `--env=SIZE=it's $x`,
      '--',
      'sh',
      '-c',
      'pwd; echo "$COLOUR|$SIZE|$LD_PRELOAD|$HOSTNAME"',
    );
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, `/app\nit's "red"\nand $x blue|it's $x||web\n`);
  });

  test('tools of a dynamically linked image use their own dynamic linker and libraries', async () => {
    const result = await dbg(
      'neato',
      '-q',
      '--enter',
      '--image=debian',
      '--',
      'bash',
      '-c',
      'ls / | grep neato; bash --version | head -1; awk "BEGIN { print 6 * 7 }"; ls /lib64',
    );
    assert.match(result.stdout, /^neato\nGNU bash.*\n42\n$/, result.stderr);
    assert.match(result.stderr, /\/lib64/);
  });

  test('enters the right container in a shared process namespace', async () => {
    const named = await dbg('two', '-q', '--enter', '--target=neato', '--', 'ls', '/neato');
    assert.deepEqual([named.stdout, named.code], ['/neato\n', 0], named.stderr);
    const first = await dbg('two', '-q', '--enter', '--', 'ls', '/bin/busybox');
    assert.deepEqual([first.stdout, first.code], ['/bin/busybox\n', 0], first.stderr);
  });

  test('returns the exit code', async () => {
    assert.equal((await dbg('neato', '-q', '--enter', '--', 'sh', '-c', 'exit 7')).code, 7);
    assert.equal((await dbg('neato', '-q', '--enter', '--', 'no-such-program')).code, 127);
  });

  test('on a terminal it starts a shell, which ctrl-C does not terminate', async (t) => {
    const args = ['neato', '-n', world.namespace, '-q', '--enter'];
    const terminal = new TerminalProgram(process.execPath, [KUBECTL_DBG, ...args], { env: world.env });
    t.after(() => terminal.kill('SIGKILL'));
    await terminal.waitFor(/#$/);
    terminal.type('ls /neato; echo begun; cat\r');
    // Between two commands the shell ignores ctrl-C: it is typed once cat responds.
    await terminal.waitFor(/^begun$/m);
    terminal.type('heard\r');
    await terminal.waitFor(/^heard\nheard$/m);
    terminal.type('\u0003');
    await terminal.waitFor(/\^C[^]*#$/);
    terminal.type('echo $((6 * 7)); exit 5\r');
    assert.equal(await terminal.exited, 5);
  });

  test('--enter=namespaces also enters the mount namespace', async () => {
    const script = '[ "$(readlink /proc/self/ns/mnt)" = "$(readlink /proc/1/ns/mnt)" ] && ls /neato';
    const result = await dbg(
      'writable',
      '--enter=namespaces',
      '--profile=sysadmin',
      '--',
      'sh',
      '-c',
      script,
    );
    assert.deepEqual([result.stdout, result.code], ['/neato\n', 0], result.stderr);
    assert.match(result.stderr, /^Entering the mount, UTS, IPC and network namespaces/m);
  });

  test('a missing prerequisite is reported in one line', async () => {
    const restricted = await dbg('neato', '--enter', '--profile=restricted');
    assert.deepEqual([restricted.code, restricted.stderr.trim().split('\n').length], [64, 1]);
    assert.match(restricted.stderr, /SYS_CHROOT.*--profile=general/);
    const namespaces = await dbg('neato', '--enter=namespaces');
    assert.match(namespaces.stderr, /SYS_ADMIN.*--profile=sysadmin/);
    // The service runs as another user. Output from before the attach comes from the log, on stdout.
    const traced = await dbg('web', '-q', '--enter', '--profile=baseline', '--', 'ls');
    const said = (traced.stdout + traced.stderr).trim();
    assert.deepEqual([traced.code, said.split('\n').length], [126, 1], said);
    assert.match(said, /SYS_PTRACE.*--profile=general/);
  });

  test('a file that only the target has, with a tool that it lacks; then the same manually', async () => {
    const plain = await dbg('writable', '-q', '--', 'sh', '-c', 'ls /neato');
    assert.equal(plain.code, 1, 'the debug container has the file too');

    const script = `
      [ /proc/1/root -ef / ] && echo the same root
      ls /neato
      [ -e /bin/busybox ] || echo no busybox here
      wget --help 2>&1 | grep -o "^Usage: wget"`;
    const entered = await dbg('writable', '-q', '--enter', '--', 'sh', '-c', script);
    const lines = ['the same root', '/neato', 'no busybox here', 'Usage: wget'];
    assert.deepEqual([entered.stdout.trim().split('\n'), entered.code], [lines, 0], entered.stderr);

    const byHand = `
      cp /bin/busybox /proc/1/root/busybox
      nsenter -t 1 -m -u -i -n /busybox ls /neato /busybox
      nsenter -t 1 -m -u -i -n /busybox hostname
      rm /proc/1/root/busybox
      ls /proc/1/root | grep -c busybox`;
    const copied = await dbg('writable', '-q', '--profile=sysadmin', '--', 'sh', '-c', byHand);
    assert.deepEqual(
      copied.stdout.trim().split('\n'),
      ['/busybox', '/neato', 'writable', '0'],
      copied.stderr,
    );
  });
});
