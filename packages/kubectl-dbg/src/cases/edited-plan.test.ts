import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import type { Plan } from '../model/plan.ts';
import { withEditedBody } from '../operations/debug/edited-plan.ts';
import { planEphemeral, planNode } from '../plan/index.ts';
import { requestOf } from './run-request.ts';

const draw = () => 0;
const node = (): Plan =>
  planNode(requestOf(parse(['node/n1', '-it'])), { metadata: { name: 'n1' } }, 'shop', draw);
const ephemeral = (): Plan =>
  planEphemeral(
    requestOf(parse(['web'])),
    {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { containers: [{ name: 'main' }] },
      status: { phase: 'Running' },
    },
    draw,
  );

/** The plan with the body of its first write changed. */
function edited(plan: Plan, change: (body: Pod) => void): Plan {
  const body = structuredClone(plan.writes[0]?.body) as Pod;
  change(body);
  return withEditedBody(plan, body);
}

test('a new name and namespace change the address, the path and the clean-up', () => {
  const plan = edited(node(), (pod) =>
    Object.assign(pod.metadata ?? {}, { name: 'renamed', namespace: 'other' }),
  );
  assert.equal(plan.writes[0]?.path, '/api/v1/namespaces/other/pods');
  assert.deepEqual(plan.session?.address, { namespace: 'other', pod: 'renamed', container: 'debugger' });
  assert.deepEqual(
    plan.cleanup.map(({ path }) => path),
    ['/api/v1/namespaces/other/pods/renamed'],
  );
});

test('selects another container, without a terminal', () => {
  const plan = edited(node(), (pod) => {
    Object.assign(pod.spec?.containers[0] ?? {}, { name: 'renamed', tty: false });
  });
  assert.equal(plan.session?.address.container, 'renamed');
  assert.deepEqual({ stdin: plan.session?.stdin, tty: plan.session?.tty }, { stdin: true, tty: false });
});

test('accepts another name for an ephemeral container', () => {
  const plan = edited(ephemeral(), (body) => {
    Object.assign(body.spec?.ephemeralContainers?.[0] ?? {}, { name: 'renamed' });
  });
  assert.equal(plan.session?.address.container, 'renamed');
});

const refused: [what: string, plan: () => Plan, change: (body: Pod) => void][] = [
  ['another kind', node, (pod) => Object.assign(pod, { kind: 'Secret' })],
  ['another version', node, (pod) => Object.assign(pod, { apiVersion: 'v2' })],
  ['no name', node, (pod) => delete pod.metadata?.name],
  ['no container', node, (pod) => pod.spec?.containers.splice(0)],
  ['no ephemeral container', ephemeral, (body) => body.spec?.ephemeralContainers?.splice(0)],
  [
    'two of them',
    ephemeral,
    (body) => body.spec?.ephemeralContainers?.push({ name: 'second', image: 'busybox' }),
  ],
];
for (const [what, plan, change] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => edited(plan(), change), { kind: 'usage', code: 'EditedPlanInvalid' });
  });
}
