// kubectl-dbg is updated, or removed, while a session runs: its files are gone when the session ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { createSleepingPod } from './create-pod.ts';

const PACKAGE = fileURLToPath(new URL('../packages/kubectl-dbg', import.meta.url));

describe('an update during a session', { concurrency: true }, () => {
  let sandbox: Sandbox;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-update-'));
    sandbox = await startSandbox({ runtime: 'simulated' });
    await createSleepingPod(sandbox.kubeconfig, 'web');
  });
  after(async () => {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const { name, signal, code, words } of [
    { name: 'the command fails', signal: undefined, code: 5, words: /^$/ },
    { name: 'a signal ends it', signal: 'SIGTERM' as const, code: 143, words: /^$/ },
  ]) {
    test(`${name}: the exit code, and the copy is deleted`, async () => {
      const installed = join(directory, `installed-${code}`);
      for (const part of ['bin', 'dist', 'package.json']) {
        cpSync(join(PACKAGE, part), join(installed, part), { recursive: true });
      }
      const copy = `copy-${code}`;
      const script = 'echo here; read line; exit 5';
      const args = ['web', `--copy-to=${copy}`, '--image=busybox', '-q', '-i', '--', 'sh', '-c', script];
      const child = spawn(process.execPath, [join(installed, 'bin', 'kubectl-dbg.cjs'), ...args], {
        env: {
          PATH: process.env.PATH,
          HOME: directory,
          KUBECONFIG: sandbox.kubeconfig,
          // Shows which files are loaded.
          NODE_DEBUG: 'module',
          NODE_DISABLE_COMPILE_CACHE: '1',
        },
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const ended = once(child, 'close') as Promise<[number]>;
      const isLoaded = (chunk: string) => new RegExp(`load "[^"]*/dist/${chunk}-`).test(stderr);
      const CHUNKS = ['delete-pod', 'operations', 'outcome-words', 'explain-transport'];
      const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
      while (child.signalCode === null && !CHUNKS.every(isLoaded))
        await Promise.race([once(child.stderr, 'data'), ended]);
      clearTimeout(limit);
      rmSync(installed, { recursive: true });
      if (signal === undefined) child.stdin.end('go\n');
      else child.kill(signal);
      const own = () =>
        stderr
          .split('\n')
          .filter((line) => !line.startsWith('MODULE '))
          .join('\n');
      const [exited] = await ended;
      assert.equal(exited, code, own());
      assert.match(own(), words);
      const pod = sandbox.store.get('pods', 'default', copy);
      assert.ok(pod === undefined || pod.metadata.deletionTimestamp !== undefined, own());
    });
  }
});
