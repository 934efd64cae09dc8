import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Container,
  Node,
  Pod,
  PodSecurityContext,
  SecurityContext,
} from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import { planCopy } from '../plan/copy.ts';
import { planEphemeral } from '../plan/ephemeral.ts';
import { planNode } from '../plan/node.ts';
import { nonRootWarning } from '../plan/notices.ts';
import { applyProfile } from '../plan/profiles.ts';
import { allIds, runCases, type Case } from './cases.ts';
import { differences, transforms, type CaseOutcome } from './differences.ts';
import { argvOf, countingDraw, planCase, refusalOr, requestOf } from './run-request.ts';
import type { AppliedProfile, Keep, Workflow } from '../model/plan.ts';

runCases(
  'non-root-warning',
  (given) => given['expected'] as { warn: boolean },
  (given) => {
    const pod: Pod = { spec: { containers: [] } };
    const podContext = given['podSecurityContext'] as PodSecurityContext | null;
    if (podContext !== null && pod.spec !== undefined) pod.spec.securityContext = podContext;
    const container: Container = { name: 'dbg' };
    const context = given['containerSecurityContext'] as SecurityContext | null;
    if (context !== null) container.securityContext = context;
    return { warn: nonRootWarning(pod, container).length > 0 };
  },
);

runCases(
  'patch-body',
  (given) => given['expected'] as { contentType: string; body: unknown },
  async (given) => {
    const existing = (given['existing'] as string[]).map((name) => ({ name }));
    const spec = { containers: [], ...(existing.length > 0 ? { ephemeralContainers: existing } : {}) };
    const plan = await planCase({ ...given, inputPod: { metadata: { name: 'web' }, spec } });
    const [write] = plan.writes;
    return { contentType: write?.contentType, body: JSON.parse(JSON.stringify(write?.body)) as unknown };
  },
);

/** A pod that suits every command line of the attach suite. */
const attachPod: Pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'app' }] } };
const attachNode: Node = { metadata: { name: 'n' } };

runCases(
  'attach-decision',
  (given) => {
    const { attach, container } = given['expected'] as { attach: boolean; container: string | null };
    return { attach, container };
  },
  (given) => refusalOr(() => attachDecision(given)),
);

function attachDecision(given: Case): CaseOutcome {
  const argv = given['argv'] as string[];
  const parsed = parse(argv);
  const request = requestOf(parsed);
  const plan = argv[0]?.startsWith('node/')
    ? planNode(request, attachNode, 'default', countingDraw())
    : request.copy === undefined
      ? planEphemeral(request, attachPod, countingDraw())
      : planCopy(request, attachPod, countingDraw());
  const name = plan.session?.address.container;
  const shown =
    name?.startsWith('debugger-') === true
      ? 'generated'
      : name === 'debugger'
        ? 'first container of the pod the server returned'
        : (name ?? null);
  return { attach: request.attach && plan.session !== undefined, container: shown };
}

/** The keep flags of a case; all others are off. */
function keepOf(given: Case): Keep {
  const keep = given['keep'] as Partial<Keep>;
  return {
    labels: false,
    labelKeys: [],
    annotations: false,
    liveness: false,
    readiness: false,
    startup: false,
    initContainers: false,
    hostPorts: false,
    ...keep,
  };
}

runCases(
  'profile-apply',
  (given) => {
    const { error, pod } = given['expected'] as { error?: boolean; pod?: Pod };
    // Without a target there is nothing to apply to: the types rule this out; an untyped caller gets an error.
    return error === true ? { error: 'no object' } : { pod };
  },
  (given) => {
    const pod = structuredClone(given['inputPod']) as Pod;
    if (given['workflow'] === 'none') {
      assert.throws(() => apply(given, pod), TypeError);
      return { error: 'no object' };
    }
    apply(given, pod);
    return { pod };
  },
);

function apply(given: Case, pod: Pod): void {
  const workflow = given['workflow'] as Workflow;
  applyProfile(
    given['profile'] as AppliedProfile,
    workflow,
    pod,
    given['container'] as string,
    keepOf(given),
  );
}

test('the table of differences names existing cases, and each row is implemented', () => {
  const ids = allIds();
  const codes = differences.map(({ code }) => code);
  assert.deepEqual(new Set(codes), new Set(Object.keys(transforms)));
  assert.equal(new Set(codes).size, codes.length);
  for (const { code, cases, except } of differences) {
    assert.ok(cases.length > 0, `${code} has no cases`);
    for (const id of [...cases, ...except]) assert.ok(ids.has(id), `${code}: there is no case ${id}`);
  }
});

test('each flag becomes one argument of the command line', () => {
  assert.deepEqual(argvOf({ image: 'b', env: [{ name: 'A', value: '1' }] }, 'web', ['sh']), [
    'web',
    '--image=b',
    '--env=A=1',
    '--',
    'sh',
  ]);
});
