import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../../cluster/index.ts';
import type { WatchEvent } from '../../cluster/types.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { PodTracker } from './pod-tracker.ts';
import { unreachable } from '../../testing/failures.ts';

const podAt = (resourceVersion: string, phase = 'Pending', uid = 'u'): Pod => ({
  metadata: { name: 'web', namespace: 'shop', uid, resourceVersion },
  status: { phase },
});

/** A pod whose watch events and responses are set by the test. */
class Scene {
  readonly clock = new ManualClock();
  #asked = 0;
  answer: Pod | Error = podAt('1');
  readonly tracker: PodTracker;
  readonly #events: WatchEvent<Pod>[] = [];
  #wake = () => {};

  constructor(context: TestContext) {
    this.tracker = new PodTracker(
      this as unknown as ConstructorParameters<typeof PodTracker>[0],
      podAt('1'),
      this.clock,
    );
    context.after(() => this.tracker.stop());
  }

  /** The number of requests for the pod. */
  asked(): number {
    return this.#asked;
  }

  request(): Promise<unknown> {
    this.#asked += 1;
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer);
  }

  async *watch({ signal }: { signal: AbortSignal }): AsyncGenerator<WatchEvent<Pod>> {
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const event = this.#events.shift();
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  tell(type: WatchEvent<Pod>['type'], pod: Pod): Promise<void> {
    this.#events.push({ type, object: pod });
    this.#wake();
    return this.clock.rest();
  }

  get phase(): string | undefined {
    return this.tracker.current.pod.status?.phase;
  }
}

test('requests the pod at growing intervals while the watch is silent', async (context) => {
  const scene = new Scene(context);
  await scene.clock.pass(9_000);
  assert.equal(scene.asked(), 0);
  scene.answer = podAt('2', 'Running');
  const running = scene.tracker.until(({ pod }) => (pod.status?.phase === 'Running' ? 'runs' : undefined));
  await scene.clock.pass(2_000);
  assert.equal(await running, 'runs');
  assert.equal(scene.asked(), 1);
  await scene.clock.pass(3_600_000);
  assert.ok(scene.asked() > 30 && scene.asked() < 50, `${scene.asked()} requests in an hour`);
});

test('trusts a watch that has sent bookmarks for a while', async (context) => {
  const scene = new Scene(context);
  for (let minute = 0; minute < 60; minute += 1) {
    await scene.clock.pass(60_000);
    await scene.tell('BOOKMARK', podAt('1'));
  }
  assert.ok(scene.asked() <= 4, `${scene.asked()} requests in an hour`);
});

test('ignores outdated events from the watch', async (context) => {
  const scene = new Scene(context);
  scene.answer = podAt('10', 'Succeeded');
  await scene.clock.pass(11_000);
  await scene.tell('MODIFIED', podAt('9', 'Running'));
  assert.equal(scene.phase, 'Succeeded');
  await scene.tell('MODIFIED', podAt('11', 'Failed'));
  assert.equal(scene.phase, 'Failed');
});

test('treats a missing pod, or another one with its name, as deleted', async (context) => {
  const call = { method: 'GET', path: '/x' } as const;
  const answers = [
    podAt('9', 'Running', 'other'),
    new ApiStatusError(404, { reason: 'NotFound', kind: 'Status' }, call),
  ];
  for (const answer of answers) {
    const scene = new Scene(context);
    scene.answer = answer;
    await scene.clock.pass(11_000);
    assert.ok(scene.tracker.current.deleted);
    await scene.clock.pass(600_000);
    assert.equal(scene.asked(), 1, 'nothing more is to be learned');
  }
});

test('ignores a failed request, and retries it', async (context) => {
  const scene = new Scene(context);
  scene.answer = unreachable('no route');
  await scene.clock.pass(60_000);
  assert.equal(scene.phase, 'Pending');
  assert.ok(scene.asked() > 1);
});

test('sends no requests after it is stopped', async (context) => {
  const scene = new Scene(context);
  await scene.tracker.stop();
  await scene.clock.pass(600_000);
  assert.equal(scene.asked(), 0);
  assert.equal(scene.clock.waiting, 0);
});

test('a response that the watch has overtaken does not take the pod back', async (context) => {
  const scene = new Scene(context);
  const { signal } = new AbortController();
  let respond: (pod: Pod) => void = () => undefined;
  scene.request = () => new Promise((resolve) => (respond = resolve));
  const reading = scene.tracker.refresh(signal);
  await scene.tell('MODIFIED', podAt('3', 'Succeeded'));
  respond(podAt('2', 'Running'));
  await reading;
  assert.equal(scene.phase, 'Succeeded');

  const again = scene.tracker.refresh(signal);
  await scene.tell('DELETED', podAt('4', 'Succeeded'));
  respond(podAt('3', 'Succeeded'));
  await again;
  assert.equal(scene.tracker.current.deleted, true);
});
