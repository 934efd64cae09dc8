import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../cluster/index.ts';
import { tellSilence } from './tell-silence.ts';

/** A cluster that responds when the test tells it to. */
class SilentCluster {
  readonly server = 'https://api:6443';
  plugin: string | undefined;
  readonly #open: (() => void)[] = [];
  runningPlugin = () => this.plugin;
  request = (): Promise<unknown> => new Promise((resolve) => this.#open.push(() => resolve('answer')));
  watch = async function* (): AsyncIterableIterator<string> {
    await new Promise((resolve) => setTimeout(resolve, 15));
    yield 'event';
  };
  answer(): void {
    this.#open.shift()?.();
  }
}

function scene(isTTY = false) {
  const silent = new SilentCluster();
  const said: string[] = [];
  let wiped = 0;
  let tell = () => {};
  const stderr = { isTTY, write: () => (wiped += 1) > 0 };
  const say = (text: string) => {
    said.push(text);
    tell();
  };
  const cluster = tellSilence(silent as unknown as Cluster, { stderr, say }, { silent: 10, again: 20 });
  const ask = () => cluster.request({ method: 'GET', path: '/x' });
  async function* watch(query: object): AsyncGenerator {
    const { signal } = new AbortController();
    yield* cluster.watch({ path: '/x', query: { ...query }, resourceVersion: '', signal });
  }
  /** Resolves after this number of lines. */
  const lines = (count: number) =>
    new Promise<void>((resolve) => {
      tell = () => {
        if (said.length >= count) resolve();
      };
      tell();
    });
  return { silent, said, ask, watch, lines, wiped: () => wiped };
}

test('names a server that does not respond, and repeats it with the time', async () => {
  const { silent, said, ask, lines } = scene();
  const answer = ask();
  await lines(2);
  silent.answer();
  assert.equal(await answer, 'answer');
  assert.deepEqual(said.slice(0, 2), [
    'Waiting for the server https://api:6443 (0.01 s so far)',
    'Waiting for the server https://api:6443 (0.03 s so far)',
  ]);
});

test('reports a silent streamed list, but not a silent plain watch', async () => {
  for (const [query, told] of [
    [{ sendInitialEvents: true }, 1],
    [{}, 0],
  ] as const) {
    const { said, watch, lines } = scene();
    const [first] = await Promise.all([watch(query).next(), lines(told)]);
    assert.deepEqual([first.value, said.length >= 1], ['event', told === 1]);
  }
});

test('names a credential plugin that hangs', async () => {
  const { silent, said, ask, lines } = scene();
  silent.plugin = 'gke-gcloud-auth-plugin';
  const answer = ask();
  await lines(1);
  silent.answer();
  await answer;
  assert.match(said[0] ?? '', /^Waiting for the credential plugin gke-gcloud-auth-plugin \(/);
});

test('prints a line once for many concurrent requests, and none after the last response', async () => {
  const { silent, said, ask, lines } = scene();
  const answers = Array.from({ length: 50 }, ask);
  await lines(1);
  assert.equal(said.length, 1);
  answers.forEach(() => silent.answer());
  await Promise.all(answers);
  const before = said.length;
  const next = ask();
  silent.answer();
  await next;
  assert.equal(said.length, before);
});

test('on a terminal, clears the progress line first', async () => {
  const { silent, ask, lines, wiped } = scene(true);
  const answer = ask();
  await lines(1);
  silent.answer();
  await answer;
  assert.equal(wiped(), 1);
});
