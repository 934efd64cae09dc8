import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplyManagers, updateManager } from './apply-managers.ts';
import { applyOrder } from './apply-order.ts';

const labels = (values: Record<string, string>) => ({ metadata: { labels: values } });

test("another value for another manager's field is a conflict, with the message of a real server", () => {
  const managers = new ApplyManagers();
  managers.record('u', 'one', labels({ a: '1', b: '1' }), {});
  const current = labels({ a: '1', b: '1' });
  managers.check('u', 'one', current, labels({ a: '2' }));
  managers.check('u', 'two', current, labels({ a: '1', c: '9' }));
  assert.throws(() => managers.check('u', 'two', current, labels({ a: '2' })), {
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "one": .metadata.labels.a',
  });
  assert.throws(() => managers.check('u', 'two', current, labels({ a: '2', b: '2' })), {
    message:
      'Apply failed with 2 conflicts: conflicts with "one":\n- .metadata.labels.a\n- .metadata.labels.b',
  });
  managers.check('another', 'two', current, labels({ a: '2' }));
});

test('a field that was written by an update is a conflict too, unless forced', () => {
  const managers = new ApplyManagers();
  const creator = updateManager('kubectl-create', 'v1');
  const editor = updateManager('kubectl-edit', 'v1');
  managers.note('u', creator, undefined, labels({ a: '1', b: '1' }));
  managers.check('u', 'one', labels({ a: '1', b: '1' }), labels({ a: '1', c: '1' }));
  assert.throws(() => managers.check('u', 'one', labels({ a: '1' }), labels({ a: '2' })), {
    message: 'Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .metadata.labels.a',
  });
  managers.note('u', editor, labels({ a: '1', b: '1' }), labels({ a: '3', b: '1' }));
  assert.throws(
    () => managers.check('u', 'one', labels({ a: '3' }), labels({ a: '2' })),
    /conflict with "kubectl-edit" using v1: .metadata.labels.a$/,
  );
  managers.record('u', 'one', labels({ a: '2' }), labels({ a: '3' }));
  managers.check('u', 'one', labels({ a: '2' }), labels({ a: '4' }));
});

test('defaults and equal quantities are not conflicts', () => {
  const managers = new ApplyManagers();
  const creator = updateManager('kubectl-create', 'v1');
  const live = {
    spec: {
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }],
    },
  };
  managers.note('u', creator, undefined, live);
  const wanted = (cpu: string | number, ...ports: number[]) => ({
    spec: {
      ports: ports.map((containerPort) => ({ containerPort })),
      containers: [{ name: 'c', resources: { limits: { cpu } } }],
    },
  });
  managers.check('u', 'one', live, wanted('1000m', 80));
  managers.check('u', 'one', live, wanted(1, 80));
  assert.throws(
    () => managers.check('u', 'one', live, wanted(2, 80)),
    /: \.spec\.containers\[name="c"\]\.resources\.limits\.cpu$/,
  );
  assert.throws(() => managers.check('u', 'one', live, wanted(1, 80, 81)), /: \.spec\.ports$/);
});

test('an edit takes a field from the manager that applied it', () => {
  const managers = new ApplyManagers();
  managers.record('u', 'one', labels({ a: '1' }), undefined);
  managers.note('u', updateManager('kubectl', 'apps/v1', 'scale'), labels({ a: '1' }), labels({ a: '2' }));
  assert.throws(
    () => managers.check('u', 'one', labels({ a: '2' }), labels({ a: '1' })),
    /conflict with "kubectl" with subresource "scale" using apps\/v1: /,
  );
});

test('a forced field belongs to its new manager', () => {
  const managers = new ApplyManagers();
  managers.record('u', 'one', labels({ a: '1' }), {});
  managers.record('u', 'two', labels({ a: '2' }), labels({ a: '1' }));
  assert.throws(
    () => managers.check('u', 'one', labels({ a: '2' }), labels({ a: '1' })),
    /conflict with "two"/,
  );
});

test('a field that a manager no longer applies is removed, unless it is shared or older', () => {
  const managers = new ApplyManagers();
  managers.record('u', 'one', labels({ old: 'x', a: '1', shared: '1' }), labels({ old: 'x' }));
  managers.record('u', 'two', labels({ shared: '1', own: '2' }), labels({ old: 'x', a: '1' }));
  const merged = labels({ old: 'x', a: '1', shared: '1', own: '2' });
  managers.prune('u', 'one', merged, labels({}));
  assert.deepEqual(merged, labels({ old: 'x', shared: '1', own: '2' }));
});

test('a list item is removed with its last field', () => {
  const managers = new ApplyManagers();
  const spec = (...names: string[]) => ({
    spec: { containers: names.map((name) => ({ name, image: 'i' })) },
  });
  managers.record('u', 'one', spec('b'), spec('a'));
  const merged = spec('a', 'b');
  managers.prune('u', 'one', merged, {});
  assert.deepEqual(merged, spec('a'));
});

test('new items of an applied list are appended in the order of the configuration', () => {
  const list = (...names: string[]) => names.map((name) => ({ name }));
  const rows: [before: string[], applied: string[], order: string[]][] = [
    [['a', 'b'], ['c'], ['a', 'b', 'c']],
    [
      ['a', 'b'],
      ['c', 'b'],
      ['a', 'c', 'b'],
    ],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'b', 'c'],
    ],
    [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'a'],
    ],
    [['a'], ['d', 'c'], ['a', 'd', 'c']],
  ];
  for (const [before, applied, order] of rows) {
    const merged = list(...new Set([...applied, ...before]));
    assert.deepEqual(applyOrder(list(...before), list(...applied), merged), list(...order));
  }
});
