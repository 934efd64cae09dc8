// Exits of the other commands: in the middle of a write, without permission, with many concurrent requests.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { kubeconfigFor, startApiServer } from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { KUBECTL_DBG } from './command.ts';

const PATIENCE_MS = 60_000;

describe('small commands', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ runtime: 'simulated' });
    const code = await start(['node/vm', '-c', 'd', '--attach=false', '-q', '--', 'sleep', '600']).ended;
    assert.equal(code, 0);
  });
  afterEach(() => sandbox.faults.clear());
  after(() => sandbox.stop());

  function start(args: readonly string[]) {
    const child = spawn(process.execPath, [KUBECTL_DBG, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: '/nonexistent', KUBECONFIG: sandbox.kubeconfig },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const ended = new Promise<number>((resolve) =>
      child.on('close', (code) => {
        clearTimeout(late);
        resolve(code ?? -1);
      }),
    );
    return { child, output, ended };
  }

  /** The session's state in `ls`. */
  async function sessionWord(): Promise<string> {
    const run = start(['ls', '-o', 'name']);
    assert.equal(await run.ended, 0, run.output.stderr);
    return run.output.stdout.trim();
  }

  for (const [command, said] of [
    ['stop', /^Warning: nobody knows whether \S+ was stopped\. Check with: kubectl get pod node-debugger-/m],
    ['clean', /^0 of 1 pods removed; nobody knows whether default\/node-debugger-\S+ was$/m],
  ] as const) {
    test(`${command}: a signal before the response to a deletion reports that it may be done`, async () => {
      const words =
        command === 'stop' ? ['stop', await sessionWord()] : ['clean', '--older-than=0s', '--yes'];
      const fault = sandbox.faults.add({
        point: 'request',
        match: { verb: 'delete' },
        action: { kind: 'stall' },
      });
      const run = start(words);
      await fault.untilHit();
      run.child.kill('SIGTERM');
      assert.equal(await run.ended, 143, run.output.stderr);
      assert.match(run.output.stderr, said);
    });
  }

  test('stop does not report a pod as stopped after a conflict', async () => {
    sandbox.faults.add({
      point: 'request',
      match: { verb: 'delete' },
      action: { kind: 'error', code: 409, reason: 'Conflict', message: 'held' },
    });
    const run = start(['stop', await sessionWord()]);
    assert.equal(await run.ended, 77, run.output.stderr);
    assert.match(run.output.stderr, /^error: cannot delete pod default\/\S+: held\. Try again$/m);
    assert.equal(run.output.stdout, '');
  });

  test('stop names who answered the exec that would have sent the signal', async () => {
    const [pod = ''] = (await sessionWord()).split('/').slice(-2);
    const made = start([`pod/${pod}`, '-c', 'stays', '-q', '--attach=false', '--', 'sleep', '600']);
    assert.equal(await made.ended, 0, made.output.stderr);
    sandbox.faults.add({
      point: 'handshake',
      match: { subresource: 'exec' },
      action: { kind: 'respond', code: 403, body: 'blocked', contentType: 'text/plain' },
    });
    const run = start(['stop', `${pod}/stays`]);
    assert.equal(await run.ended, 77, run.output.stderr);
    assert.match(
      run.output.stderr,
      /^error: container stays of pod \S+ runs on: no signal could be sent by exec: something at or behind \S+ that is not the API server .* refuses it with HTTP status 403: blocked\. /m,
    );
  });

  test('the end of piped input ends the attach soon, with a message that the container keeps running', async () => {
    const [pod = ''] = (await sessionWord()).split('/').slice(-2);
    const made = start([`pod/${pod}`, '-c', 'reader', '-i', '-q', '--attach=false', '--', 'cat']);
    assert.equal(await made.ended, 0, made.output.stderr);
    const run = start(['attach', `${pod}/reader`, '-i']);
    const begun = performance.now();
    assert.equal(await run.ended, 74, run.output.stderr);
    assert.match(
      run.output.stderr,
      /^error: the end of the input ended the attach, but not container reader/m,
    );
    assert.ok(performance.now() - begun < 20_000);
  });

  test('ls -w without permission fails like ls', async () => {
    for (const verb of ['watch', 'list'] as const) {
      sandbox.faults.add({
        point: 'request',
        match: { verb },
        action: { kind: 'error', code: 403, reason: 'Forbidden', message: 'pods is forbidden: no' },
      });
    }
    const run = start(['ls', '-w']);
    assert.equal(await run.ended, 77, run.output.stderr);
    assert.equal(run.output.stderr.trim().split('\n').length, 1, run.output.stderr);
  });

  test('many concurrent requests on separate connections cause no warning of Node', async (context) => {
    const server = await startApiServer(context, {
      protocol: 'http/1.1',
      answer(_, response) {
        response.setHeader('content-type', 'application/json');
        setTimeout(() => response.end('{"metadata":{},"items":[]}'), 100);
      },
    });
    const kubeconfig = join(await temporaryDirectory(context), 'config');
    await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
    const run = start(['doctor', '--kubeconfig', kubeconfig]);
    assert.equal(await run.ended, 0, run.output.stderr);
    assert.equal(run.output.stderr, '');
  });
});
