import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findResource, type Resource } from '../apiserver/discovery/resource-table.ts';
import { patchTypeOf, readPatch } from '../apiserver/patch/apply-patch.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Write } from '../apiserver/write/context.ts';
import { createObject } from '../apiserver/write/create.ts';
import { decodeObject } from '../apiserver/codecs/decode-body.ts';
import { bodyOf } from '../apiserver/codecs/read-body.ts';
import { deleteObject } from '../apiserver/write/delete.ts';
import { updateObject } from '../apiserver/write/update.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { KubeObject } from '../machinery/objects.ts';
import { rulesFor } from './registry.ts';
import { readRecordings, type RecordedStep, recordedWarnings, type Recording } from './testing/recordings.ts';

/*
 * Every recorded write is passed through the rules, on a store with the earlier writes of the scenario, without kubelet
 * and controllers. The result is compared with the real server's response.
 */

const PATH =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[a-z]+)(?:\/(?<name>[^/]+))?(?:\/(?<sub>[^/]+))?$/;

/** Steps that the rules alone can't reproduce, each with the reason. */
const SKIPPED: Readonly<Record<string, string>> = {
  'ec-rv-conflict': 'its trimmed answers have null where the object has nothing; the replay covers it',
  'pods-patch-types': 'the server keeps the field managers; the replay covers it',
  'wl-scale': 'scale has a handler of its own; the replay covers it',
  'ec-concurrent': 'its writes were sent at the same moment: the order is chance',
  'ec-missing-pod 5': 'whether the path exists is routing',
  'pods-delete-pending 10': 'finalizers hold the pod: that is deletion',
  'pods-invalid-specs 33': "the resourceVersion of a dry run is the registry's",
  'wl-deployment 5': 'its revision was written by a controller',
  'kubectl-debug-copy-of-ephemeral 3': 'the pod was made by a controller',
};

interface Target {
  resource: Resource;
  namespace: string;
  name: string | undefined;
  sub: string | undefined;
  dryRun: boolean;
}

function targetOf(step: RecordedStep): Target | undefined {
  const url = new URL(step.request.path, 'http://server');
  const groups = PATH.exec(url.pathname)?.groups;
  if (groups === undefined) return undefined;
  const { group = '', version = 'v1', namespace = '', plural = '', name, sub } = groups;
  const resource = findResource(group, version, plural);
  if (resource === undefined) return undefined;
  return { resource, namespace, name, sub, dryRun: url.searchParams.get('dryRun') === 'All' };
}

interface Answer {
  status: number;
  body: unknown;
  warnings: string[];
}

function send(store: MemoryStore, step: RecordedStep, target: Target): Answer | undefined {
  const { resource, namespace, name, sub, dryRun } = target;
  const warnings = new Set<string>();
  const write: Write = {
    store,
    resource,
    rules: rulesFor(resource.key),
    namespace,
    context: {
      store,
      user: { name: 'kubernetes-admin', groups: ['system:masters'] },
      now: () => new Date(),
      dryRun,
      warn: (text) => warnings.add(text),
    },
  };
  const { method, body, headers } = step.request;
  const schema = write.rules?.schema;
  const decode = (value: Record<string, unknown>): KubeObject =>
    decodeObject(bodyOf(value), resource, schema, { fieldValidation: 'Warn' }, write.context.warn);
  try {
    if (method === 'DELETE' && name !== undefined && step.response.status < 300 && !dryRun) {
      // Already removed here; a real server keeps pods for their grace period.
      if (store.get(resource.key, namespace, name) === undefined) return undefined;
      deleteObject(write, name, { dryRun, gracePeriodSeconds: 0 });
      return undefined;
    }
    if (body === undefined) return undefined;
    if (method === 'POST' && name === undefined) {
      return {
        status: 201,
        body: createObject(write, decode(body as Record<string, unknown>)),
        warnings: [...warnings],
      };
    }
    if (method === 'PATCH' && name !== undefined) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const unknownFields = { fieldValidation: 'Ignore', warn: () => undefined } as const;
      const patch = readPatch(
        patchTypeOf(headers['Content-Type']),
        Buffer.from(text),
        { ...resource, schema },
        unknownFields,
      );
      const changed = updateObject(write, name, sub, (current) => patch.apply(current));
      return { status: 200, body: changed, warnings: [...warnings] };
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { status: error.code, body: error.toStatus(), warnings: [...warnings] };
  }
}

const MASKS: readonly [RegExp, string][] = [
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'UID'],
  [/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-X'],
  [/"resourceVersion":"\d+"/g, '"resourceVersion":"N"'],
  [/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"TIME"'],
  [/(?<base>Bad_|a{57,58}|node-debugger-vm-)[a-z0-9]{5}\b/g, '$<base>RANDOM'],
];

/** A response without values that differ between runs or that a kubelet would have added. */
function comparable(body: unknown, created: boolean): unknown {
  let text = JSON.stringify(body);
  for (const [pattern, replacement] of MASKS) text = text.replaceAll(pattern, replacement);
  const value = JSON.parse(text) as Record<string, Record<string, unknown> | undefined>;
  if (value['metadata'] !== undefined) delete value['metadata']['resourceVersion'];
  if (created || (value as { kind?: unknown }).kind === 'Status') return value;
  delete value['apiVersion'];
  delete value['status'];
  if (value['spec'] !== undefined) delete value['spec']['nodeName'];
  return value;
}

/** The expected value, where values that were trimmed from the recording are filled in from the actual one. */
function untrimmed(expected: unknown, actual: unknown): unknown {
  if (expected === '$trimmed') return actual;
  if (typeof expected !== 'object' || expected === null) return expected;
  if (Array.isArray(expected)) {
    return expected.map((item, position) => untrimmed(item, (actual as unknown[] | undefined)?.[position]));
  }
  const own = (actual ?? {}) as Record<string, unknown>;
  const { $trimmed: trimmed, ...rest } = expected as Record<string, unknown>;
  const filled = Object.fromEntries(
    Object.entries(rest).map(([key, item]) => [key, untrimmed(item, own[key])]),
  );
  return trimmed === undefined ? filled : { ...own, ...filled };
}

function prepare({ namespace, namespaceLabels = {} }: Recording): MemoryStore {
  const store = new MemoryStore();
  if (namespace === undefined) return store;
  store.create('namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...namespaceLabels, 'kubernetes.io/metadata.name': namespace } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
  store.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  });
  return store;
}

const CONFLICT = 409;

for (const recording of readRecordings('pods-', 'ec-', 'wl-', 'kubectl-debug-copy')) {
  const store = prepare(recording);
  for (const [position, step] of recording.steps.entries()) {
    const label = `${recording.name} ${position}`;
    const reason = SKIPPED[label] ?? SKIPPED[recording.name];
    const target = step.as === 'admin' ? targetOf(step) : undefined;
    if (target === undefined) continue;
    const answer = send(store, step, target);
    if (answer === undefined || step.response.status === CONFLICT) continue;
    test(
      `${label}: ${step.request.method} ${step.request.path.slice(0, 100)}`,
      { skip: reason ?? false },
      () => {
        const created = answer.status !== 200;
        const actual = comparable(answer.body, created);
        const expected = comparable(step.response.body, created);
        assert.deepEqual(actual, untrimmed(expected, actual));
        assert.equal(answer.status, step.response.status);
        assert.deepEqual(answer.warnings, recordedWarnings(step));
      },
    );
  }
}
