// Sessions whose attach is refused by a server that keeps connections open, as real servers do: with each response and each
// type of input they end in time with the right outcome, and the process exits soon.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import { kubeconfigFor } from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { startSessionServer } from '../packages/kubectl-dbg/src/testing/session-server.ts';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { KUBECTL_DBG } from './command.ts';

/** Maximum time from the last output to the exit in ms: one second, plus a margin for a busy machine. */
const AFTER_LAST_WORD_MS = 5_000;
/** An attach is retried for up to 20 s. */
const BOUND_MS = 60_000;

const WORDS = 'no ticket!';
const REASONS: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 422: 'Invalid' };

const BODIES: Readonly<Record<string, (code: number) => [type: string, body: string]>> = {
  text: () => ['text/plain', WORDS],
  Status: (code) => [
    'application/json',
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', message: WORDS, reason: REASONS[code] ?? '', code }),
  ],
  page: () => ['text/html', `<html><body>${WORDS}</body></html>`],
};

/** Retried for 20 s, so there is only one test each. */
const RETRIED = new Set([429, 500, 502, 503]);

const CASES: [code: number, bodies: string[], exitCode: number][] = [
  [400, ['text', 'Status', 'page'], 74],
  [401, ['text', 'Status', 'page'], 77],
  [403, ['text', 'Status', 'page'], 77],
  [404, ['text', 'page'], 74],
  [409, ['text'], 74],
  [422, ['text', 'Status', 'page'], 77],
  [429, ['text'], 74],
  [500, ['Status'], 74],
  [502, ['page'], 74],
  [503, ['text'], 74],
];

function refuse(socket: Duplex, code: number, body: string, close: boolean): void {
  const [type, text] = BODIES[body]?.(code) ?? ['', ''];
  const head = `HTTP/1.1 ${code} X\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
  socket.on('error', () => undefined);
  socket.write(`${head}${text}`);
  if (close) socket.end();
}

interface Ended {
  code: number | null;
  stderr: string;
  /** Time from the last output to the exit, in ms. */
  lingered: number;
}

/** Runs a program with open input; fails if it does not exit in time. */
async function run(child: ChildProcess): Promise<Ended> {
  let stderr = '';
  let last = performance.now();
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    last = performance.now();
  });
  child.stdin?.on('error', () => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), BOUND_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, stderr, lingered: performance.now() - last };
}

test('a directory as standard input is an error, not an end of input', async (context) => {
  const server = await startSessionServer(context, { protocol: 'http/1.1', exitCode: 0 });
  const directory = await temporaryDirectory(context);
  const kubeconfig = join(directory, 'config');
  await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
  const stdin = await open(directory, 'r');
  context.after(() => stdin.close());
  const words = [KUBECTL_DBG, 'web', '-i', '--image=busybox', '--', 'sha256sum'];
  const env = { PATH: process.env.PATH, KUBECONFIG: kubeconfig, HOME: '/nonexistent' };
  const ended = await run(spawn(process.execPath, words, { env, stdio: [stdin.fd, 'ignore', 'pipe'] }));
  assert.equal(ended.code, 74, ended.stderr);
  assert.match(ended.stderr, /cannot read stdin: it is a directory/);
});

test('a directory as the standard input of each is told in words', async (context) => {
  const directory = await temporaryDirectory(context);
  const stdin = await open(directory, 'r');
  context.after(() => stdin.close());
  const server = await startSessionServer(context, { protocol: 'http/1.1' });
  const kubeconfig = join(directory, 'config');
  await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
  const env = { PATH: process.env.PATH, KUBECONFIG: kubeconfig, HOME: '/nonexistent' };
  const words = [KUBECTL_DBG, 'each', '-l', 'app=web', '-i', '--', 'cat'];
  const ended = await run(spawn(process.execPath, words, { env, stdio: [stdin.fd, 'ignore', 'pipe'] }));
  assert.equal(ended.code, 74, ended.stderr);
  assert.equal(ended.stderr, 'error: cannot read stdin: it is a directory\n');
});

describe('a refused attach', { concurrency: 6 }, () => {
  for (const [code, bodies, exitCode] of CASES) {
    for (const body of bodies) {
      for (const close of RETRIED.has(code) ? [false] : [false, true]) {
        const how = `${code} with ${body}, ${close ? 'closed' : 'kept open'} by the server`;
        test(`${how}: piped input ends with ${exitCode}`, async (context) => {
          const server = await startSessionServer(context, {
            protocol: 'http/1.1',
            upgrade: (_, socket) => refuse(socket, code, body, close),
          });
          const kubeconfig = join(await temporaryDirectory(context), 'config');
          await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
          const words = [KUBECTL_DBG, 'web', '-i', '--image=busybox', '--', 'cat'];
          const env = { PATH: process.env.PATH, KUBECONFIG: kubeconfig, HOME: '/nonexistent' };
          const ended = await run(spawn(process.execPath, words, { env, stdio: ['pipe', 'ignore', 'pipe'] }));
          assert.equal(ended.code, exitCode, ended.stderr);
          assert.match(ended.stderr, body === 'page' ? /web page/ : /no ticket!/);
          assert.match(ended.stderr, /container debugger-\w+/);
          assert.match(ended.stderr, /Attach again with: kubectl attach web -c debugger-/);
          if (body !== 'Status') assert.doesNotMatch(ended.stderr, /right to create/);
          assert.ok(ended.lingered < AFTER_LAST_WORD_MS, `lingered for ${ended.lingered} ms`);
        });
      }
    }
  }
});
