// Cleaning up: whenever the program is terminated, `clean` removes everything; sessions can be listed, attached to and
// stopped.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { attach, cleanSessions, listSessions, stopSession } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { TerminalProgram } from './terminal.ts';
import { openTestCluster, type TestCluster } from './world.ts';

/** Timeout of all waits on a busy machine, in ms. */
const PATIENCE_MS = 90_000;

/** Steps of the program, by their lines in the trace (-v=6). */
const STEPS: [name: string, line: RegExp][] = [
  ['has read its target', /^GET \S+\/(pods\/web|nodes\/\S+) 200 in/m],
  ['has made the pod', /^POST \S+\/pods\S* 201 in/m],
  ['is attached', /^GET \S+\/attach\S* 101 in/m],
];

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const;

describe('sessions', () => {
  let world: TestCluster;
  let node: string;
  let serial = 0;

  before(async () => {
    world = await openTestCluster('simulated');
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'app', image: world.images.tools, command: ['sleep', '36000'] }] },
    };
    node = (await world.createPod(pod)).spec?.nodeName ?? '';
  });
  after(() => world.stop());

  const dbg = (...args: string[]) =>
    runDbg(['-n', world.namespace, ...args], { env: world.env, timeout: PATIENCE_MS });

  /** Debug pods that exist and are not being deleted. */
  async function left(): Promise<string[]> {
    return (await world.listPods())
      .filter(({ metadata }) => metadata?.name !== 'web' && metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name ?? '');
  }

  async function until(what: string, look: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await look())) {
      if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
      await delay(100);
    }
  }

  /** Runs the program up to a step, and sends a signal; resolves with its exit code or signal. */
  async function endAt(args: string[], line: RegExp, signal: NodeJS.Signals): Promise<number | string> {
    const argv = [KUBECTL_DBG, '-n', world.namespace, '-v=6', ...args];
    const child = spawn(process.execPath, argv, { env: world.env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    let isEnding = false;
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (isEnding || !line.test(said)) return;
      isEnding = true;
      child.kill(signal);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const ended = await new Promise<number | string>((resolve) =>
      child.on('close', (code, by) => resolve(code ?? by ?? '')),
    );
    clearTimeout(timer);
    assert.match(said, line);
    return ended;
  }

  for (const workflow of ['copy', 'node'] as const) {
    test(`${workflow}: after each signal at each step, clean leaves nothing behind`, async () => {
      const command = ['--', 'sleep', '36000'];
      for (const signal of SIGNALS) {
        const ends = STEPS.map(([, line]) => {
          const args =
            workflow === 'copy'
              ? ['web', `--copy-to=copy-${++serial}`, `--image=${world.images.tools}`, ...command]
              : [`node/${node}`, `--image=${world.images.tools}`, ...command];
          return endAt(args, line, signal);
        });
        const codes = await Promise.all(ends);
        assert.ok(
          codes.every((code) => (signal === 'SIGKILL' ? code === signal : typeof code === 'number')),
          `${signal}: ${codes.join(', ')}`,
        );
        if (signal === 'SIGKILL') {
          // Running sessions that have not expired are kept, unless an age is given.
          const spared = await cleanSessions(world.cluster, {});
          assert.deepEqual(spared.removed, []);
          assert.ok((await left()).length > 0, 'a pod of the killed program is there');
        }
        await until('nothing is left', async () => {
          const { failed } = await cleanSessions(world.cluster, { olderThan: 0 });
          assert.deepEqual(failed, []);
          return (await left()).length === 0;
        });
        assert.equal((await world.getPod('web')).metadata?.deletionTimestamp, undefined);
      }
    });
  }

  test('a session can be listed, attached to and stopped; also two in one pod', async () => {
    const made = async (name: string, ...words: string[]) => {
      const run = await dbg(
        'web',
        '--attach=false',
        `-c=${name}`,
        `--image=${world.images.tools}`,
        '--',
        ...words,
      );
      assert.equal(run.code, 0, run.stderr);
    };
    await made('first', 'sh', '-c', 'echo one; exit 3');
    await made('x'.repeat(63), 'sh', '-c', 'echo two; exit 4');
    await until('both have ended', async () =>
      (await listSessions(world.cluster, { target: 'web' })).every(({ state }) => state === 'ended'),
    );
    const list = JSON.parse((await dbg('ls', 'web', '-o', 'json')).stdout) as {
      items: Record<string, unknown>[];
    };
    assert.deepEqual(
      list.items.map(({ session, workflow, state, exitCode }) => ({ session, workflow, state, exitCode })),
      ['first', 'x'.repeat(63)].map((name, index) => ({
        session: `${world.namespace}/web/${name}`,
        workflow: 'ephemeral',
        state: 'ended',
        exitCode: 3 + index,
      })),
    );
    const again = await dbg('attach', `web/${'x'.repeat(63)}`);
    assert.deepEqual([again.code, again.stdout], [4, 'two\n'], again.stderr);
    const followed = await dbg('logs', 'web/first', '-f');
    assert.deepEqual([followed.code, followed.stdout], [3, 'one\n'], followed.stderr);
    const ambiguous = await dbg('attach', 'web');
    assert.equal(ambiguous.code, 64, ambiguous.stderr);
    assert.equal((await dbg('attach', 'web/app')).code, 66);
    assert.equal((await dbg('attach', 'a/b/c/d')).code, 64);
    assert.equal(await stopSession(world.cluster, 'web/first'), 'ended');
    const report = await attach(world.cluster, 'web/first');
    assert.deepEqual(report.outcome, { kind: 'exited', code: 3 });
  });

  test('a copy has owner, reason and expiry, and ends by itself; clean asks, lists, and keeps running sessions', async () => {
    const args = ['web', '--copy-to=mine', `--image=${world.images.tools}`, '--attach=false'];
    const refused = await runDbg(['-n', world.namespace, ...args, '--', 'sleep', '36000'], {
      env: { ...world.env, KUBECTL_DBG_REQUIRE_REASON: '1' },
    });
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /reason is required/);
    const run = await dbg(...args, '--reason=ticket 7', '--ttl=2h', '--', 'sleep', '36000');
    assert.equal(run.code, 0, run.stderr);
    assert.equal((await world.getPod('mine')).spec?.activeDeadlineSeconds, 7200);
    const [session] = (await listSessions(world.cluster)).filter(({ pod }) => pod === 'mine');
    assert.equal(session?.why, 'ticket 7');
    assert.match(session?.who ?? '', /./);
    assert.ok(Date.parse(session?.expires ?? '') > Date.now() + 3_600_000);
    const spared = await dbg('clean', '--yes');
    assert.match(spared.stdout, /^keep .* mine .* it runs$/m);
    assert.equal((await dbg('clean', '--older-than=0s')).code, 64);
    const dry = await dbg('clean', '--older-than=0s', '--dry-run');
    assert.match(dry.stdout, /^remove .* mine .* old enough$/m);
    assert.deepEqual(await left(), ['mine']);
    const done = await dbg('clean', '--older-than=0s', '--yes');
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(await left(), []);
  });

  test('a pod that only looks like a debug pod is listed, but never deleted', async () => {
    const image = world.images.tools;
    const looks: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shop-debug' },
      spec: { containers: [{ name: 'debugger-bcdfg', image, command: ['sleep', '36000'] }] },
    };
    await world.createPod(looks);
    const { removed, kept } = await cleanSessions(world.cluster, { olderThan: 0, foreign: true });
    assert.deepEqual(removed, []);
    assert.deepEqual(
      // The pod of the previous test may still be terminating.
      kept.map(({ session }) => session.pod).filter((pod) => pod !== 'mine'),
      ['shop-debug'],
    );
    await assert.rejects(stopSession(world.cluster, 'shop-debug'), { kind: 'refused' });
    assert.deepEqual(await left(), ['shop-debug']);
  });

  test('- is the last session of this terminal only', async (context) => {
    const state = await mkdtemp(join(tmpdir(), 'kubectl-dbg-e2e-'));
    context.after(() => rm(state, { recursive: true, force: true }));
    const dbgHere = `'${process.execPath}' '${KUBECTL_DBG}' -n ${world.namespace}`;
    const inShell = async (script: string) => {
      const shell = new TerminalProgram('/bin/sh', ['-c', script], {
        env: { ...world.env, XDG_STATE_HOME: state },
        cols: 200,
      });
      context.after(() => shell.kill('SIGKILL'));
      return { code: await shell.exited, text: shell.text };
    };
    const here = await inShell(`${dbgHere} web -q -- echo once-only && ${dbgHere} logs -`);
    assert.equal(here.code, 0, here.text);
    assert.equal(here.text.match(/^once-only$/gm)?.length, 2, here.text);
    const elsewhere = await inShell(`${dbgHere} logs -`);
    assert.equal(elsewhere.code, 66, elsewhere.text);
    assert.match(elsewhere.text, /no session of this terminal is known/);
  });

  test('on a terminal: clean asks, ls -w shows changes', async (context) => {
    const state = await mkdtemp(join(tmpdir(), 'kubectl-dbg-e2e-'));
    context.after(() => rm(state, { recursive: true, force: true }));
    const env = { ...world.env, XDG_STATE_HOME: state };
    const open = (...args: string[]) => {
      const terminal = new TerminalProgram(process.execPath, [KUBECTL_DBG, '-n', world.namespace, ...args], {
        env,
        cols: 200,
      });
      context.after(() => terminal.kill('SIGKILL'));
      return terminal;
    };
    const watching = open('ls', '-w');
    const copy = open('web', '--copy-to=asked', `--image=${world.images.tools}`, '--rm=false', '--', 'sh');
    await copy.waitFor(/^\S* ?[#$]$/m, PATIENCE_MS);
    await watching.waitFor(/asked\/\S+ .* running/, PATIENCE_MS);
    copy.type('\u0010\u0011');
    assert.equal(await copy.exited, 0);
    const no = open('clean', '--older-than=0s');
    await no.waitFor('Remove this pod? [y/N]', PATIENCE_MS);
    assert.match(no.text, /^remove .* asked .* old enough$/m);
    no.type('n\r');
    assert.equal(await no.exited, 0);
    assert.ok((await left()).includes('asked'));
    const yes = open('clean', '--older-than=0s');
    await yes.waitFor('Remove this pod? [y/N]', PATIENCE_MS);
    yes.type('y\r');
    assert.equal(await yes.exited, 0);
    await until('the copy is gone', async () => !(await left()).includes('asked'));
    watching.type('\u0003');
    assert.equal(await watching.exited, 130);
  });

  test('a hundred terminated debug containers in a pod are listed, and the pod is named', async () => {
    await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'carrier' },
      spec: { containers: [{ name: 'app', image: world.images.tools, command: ['sleep', '36000'] }] },
    });
    const ephemeralContainers = Array.from({ length: 100 }, (_, index) => ({
      name: `debugger-${String(index).padStart(5, 'b')}`.replaceAll(
        /\d/g,
        (digit) => 'bcdfghjklm'[Number(digit)] ?? 'b',
      ),
      image: world.images.tools,
      command: ['true'],
    }));
    await world.cluster.request({
      method: 'PATCH',
      path: `/api/v1/namespaces/${world.namespace}/pods/carrier/ephemeralcontainers`,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { ephemeralContainers } },
    });
    await until('all have ended', async () => {
      const sessions = await listSessions(world.cluster, { target: 'carrier' });
      return sessions.length === 100 && sessions.every(({ state }) => state === 'ended');
    });
    assert.equal((await dbg('ls', 'carrier')).stdout.trimEnd().split('\n').length, 101);
    const carriers = await dbg('clean', '--carriers');
    assert.match(carriers.stdout, /^\S+ +carrier +- +100 +0 +nothing recreates it/m);
    const more = await dbg('carrier', `--image=${world.images.tools}`, '-q', '--', 'sh', '-c', 'exit 5');
    assert.equal(more.code, 5, more.stderr);
    assert.match((await dbg('doctor', 'carrier')).stdout, /has 10[01] debug containers left behind/);
  });
});
