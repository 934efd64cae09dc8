import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findResource, type Resource } from '../apiserver/discovery/resource-table.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Write } from '../apiserver/write/context.ts';
import { createObject } from '../apiserver/write/create.ts';
import { decodeObject } from '../apiserver/codecs/decode-body.ts';
import { bodyOf } from '../apiserver/codecs/read-body.ts';
import { updateObject } from '../apiserver/write/update.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { KubeObject } from '../machinery/objects.ts';
import { rulesFor } from './registry.ts';
import { readRecordings } from './testing/recordings.ts';

/*
 * Recorded objects with random changes are created and replaced. The rules may refuse them, but only with a Status: a
 * server must not respond with 500 to any input of a client.
 */

const PATH = /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/(?<version>[^/]+))\/namespaces\/[^/]+\/(?<plural>[a-z]+)$/;
const VARIANTS = 40;
const TEXTS = ['', 'a b', '-1', 'UPPER', '9', '/a/../b', 'x'.repeat(300), 'a,b=c', '{"a":1}'];
const NUMBERS = [0, -1, 1.5, 2 ** 31, 2 ** 40];
const STRANGE = [...TEXTS, ...NUMBERS, null, true, false, [], [null], [{}], {}, { a: 1 }, { a: 'b' }];

/** Reproducible random numbers from 0 (inclusive) to 1 (exclusive), by mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All properties in a value, recursively, each as its parent and key. */
function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [
    [holder, key] as [Record<string, unknown>, string],
    ...placesIn(holder[key]),
  ]);
}

/** Unusual values of the same type, which pass the decoder. */
function alike(value: unknown): unknown[] {
  const found = STRANGE.filter(
    (one) => typeof one === typeof value && Array.isArray(one) === Array.isArray(value),
  );
  return found.length === 0 ? STRANGE : found;
}

function mutate(body: object, random: () => number): object {
  const mutated = structuredClone(body);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const places = placesIn(mutated).filter(([, key]) => key !== 'kind' && key !== 'apiVersion');
    if (places.length === 0) break;
    const [holder, key] = pick(places);
    const roll = random();
    if (roll < 0.3) {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    } else if (roll < 0.5) holder[key] = structuredClone(pick(places)[0]);
    else if (roll < 0.6 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
    else holder[key] = structuredClone(pick(random() < 0.2 ? STRANGE : alike(holder[key])));
  }
  return mutated;
}

function writeTo(store: MemoryStore, resource: Resource): Write {
  const user = { name: 'dev', groups: ['system:authenticated'] };
  const context = { store, user, now: () => new Date(), dryRun: false, warn: () => undefined };
  return { store, resource, rules: rulesFor(resource.key), namespace: 'a', context };
}

/** Creates an object, or replaces an existing one; it may be refused. */
function attempt(write: Write, body: object): void {
  try {
    const object: KubeObject = decodeObject(
      bodyOf(body as Record<string, unknown>),
      write.resource,
      write.rules?.schema,
      { fieldValidation: 'Ignore' },
      () => undefined,
    );
    delete object.metadata.namespace;
    const { name = '' } = object.metadata;
    if (write.store.get(write.resource.key, 'a', name) === undefined) createObject(write, object);
    else updateObject(write, name, undefined, () => object);
  } catch (error) {
    if (error instanceof StatusError) return;
    throw new Error(`not a Status, for ${JSON.stringify(body)}`, { cause: error });
  }
}

test('every write is accepted, or refused with a Status', () => {
  const store = new MemoryStore();
  store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', labels: {} } });
  store.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'a' },
  });
  const bodies = new Map<string, [Resource, object]>();
  for (const { steps } of readRecordings('pods-', 'ec-', 'wl-', 'lc-', 'auth-')) {
    for (const { request } of steps) {
      const groups = PATH.exec(new URL(request.path, 'http://server').pathname)?.groups;
      if (request.method !== 'POST' || groups === undefined) continue;
      const resource = findResource(groups['group'] ?? '', groups['version'] ?? 'v1', groups['plural'] ?? '');
      if (resource === undefined || typeof request.body !== 'object' || request.body === null) continue;
      bodies.set(JSON.stringify(request.body), [resource, request.body]);
    }
  }
  assert.ok(bodies.size > 20);
  const random = randomNumbers(1);
  for (const [resource, body] of bodies.values()) {
    const write = writeTo(store, resource);
    for (let variant = 0; variant < VARIANTS; variant += 1) attempt(write, mutate(body, random));
  }
});
