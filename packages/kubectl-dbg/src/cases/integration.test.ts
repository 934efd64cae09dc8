import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import { planCopy } from '../plan/copy.ts';
import { readCustomFile } from '../plan/custom-file.ts';
import { planEphemeral } from '../plan/ephemeral.ts';
import { planNode } from '../plan/node.ts';
import type { Plan } from '../model/plan.ts';
import { runCases, type Case } from './cases.ts';
import type { CaseOutcome } from './differences.ts';
import { countingDraw, requestOf } from './run-request.ts';

const TWO_ENV = '[{name: FIRST, value: one}, {name: SECOND, value: two}]';
/** The --custom files that the suite names. */
const CUSTOM_FILES: Record<string, string> = {
  'two-env.json': '{"env":[{"name":"FIRST","value":"one"},{"name":"SECOND","value":"two"}]}',
  'two-env.yaml': `env: ${TWO_ENV}`,
  'net-admin-and-env.yaml':
    'securityContext: {capabilities: {add: [NET_ADMIN]}}\nenv: [{name: REQUIRED_ENV_VAR, value: x}]',
};

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** The pod that a case's `given` describes. */
function podOf(given: Case): Pod {
  const text = given['given'] as string;
  const rich = text.startsWith('pod "target" with label');
  const probes = Object.fromEntries(PROBES.map((probe) => [probe, { exec: { command: ['true'] } }]));
  return {
    metadata: {
      name: 'target',
      namespace: 'test',
      uid: 'u',
      ...(rich ? { labels: { run: 'target' }, annotations: { test: 'test' } } : {}),
    },
    spec: {
      ...(rich ? { initContainers: [{ name: 'init', image: 'busybox' }] } : {}),
      ...(text.includes('non-root') ? { securityContext: { runAsUser: 1000 } } : {}),
      containers: [{ name: 'target', image: 'app:1', ...(rich ? probes : {}) }],
    },
    status: { phase: 'Running' },
  };
}

async function planOf(given: Case): Promise<Plan> {
  const parsed = parse(given['argv'] as string[]);
  // The manifest is the pod itself.
  if (parsed.options.filename !== undefined) {
    delete parsed.options.filename;
    parsed.targets.push('target');
  }
  const file = parsed.options.custom;
  const custom =
    file === undefined ? undefined : (await readCustomFile(CUSTOM_FILES[file] ?? '', file)).custom;
  const request = requestOf(parsed, custom);
  const draw = countingDraw();
  if (given['workflow'] === 'node')
    return planNode(request, { metadata: { name: '127.0.0.1' } }, 'test', draw);
  return given['workflow'] === 'copy'
    ? planCopy(request, podOf(given), draw)
    : planEphemeral(request, podOf(given), draw);
}

/** The plan's value for each expectation that a case may have. */
function readings(plan: Plan, original: Pod): Record<string, unknown> {
  const { pod, container } = plan;
  const { spec } = pod;
  const context = container?.securityContext;
  const first = spec?.containers[0];
  const probes = PROBES.filter((probe) => first?.[probe] !== undefined).length;
  const names = (list: readonly Container[] | undefined): unknown => list?.map(({ name }) => name) ?? null;
  const env = container?.env?.map(({ name }) => name);
  return {
    ephemeralContainers: spec?.ephemeralContainers?.map(({ name }) => name),
    containers: names(spec?.containers),
    images: spec?.containers.map(({ image }, index) =>
      image === original.spec?.containers[index]?.image ? '(unchanged)' : image,
    ),
    pods: plan.writes.some(({ verb }) => verb === 'delete')
      ? [pod.metadata?.name]
      : ['target', pod.metadata?.name],
    labels: pod.metadata?.labels ?? null,
    annotations: pod.metadata?.annotations ?? null,
    probes: probes === 0 ? 'none' : probes === PROBES.length ? 'all on the original container' : 'some',
    initContainers: names(spec?.initContainers),
    capabilitiesAdd: context?.capabilities?.add ?? null,
    capabilitiesDrop: context?.capabilities?.drop ?? null,
    allowPrivilegeEscalation: context?.allowPrivilegeEscalation,
    runAsNonRoot: context?.runAsNonRoot,
    seccompProfile: context?.seccompProfile?.type,
    securityContext: context ?? null,
    shareProcessNamespace: spec?.shareProcessNamespace,
    hostIPC: spec?.hostIPC ?? null,
    hostNetwork: spec?.hostNetwork ?? null,
    hostPID: spec?.hostPID ?? null,
    nodeName: spec?.nodeName,
    mountPath: container?.volumeMounts?.[0]?.mountPath,
    hostPath: spec?.volumes?.[0]?.hostPath?.path,
    env,
    'stdoutContains the name of the new pod': plan.notices.some(({ text }) =>
      text.includes(pod.metadata?.name ?? '?'),
    ),
    stderrContains: plan.notices.map(({ level, text }) => `${level === 'warning' ? 'Warning: ' : ''}${text}`),
  };
}

/** The expectations of a case that a plan determines: whether it then runs, and under which policy, depends on the cluster. */
function upstream(given: Case): CaseOutcome {
  const {
    running: _running,
    notInOutput: _notInOutput,
    ...expected
  } = given['expected'] as Record<string, unknown>;
  if (expected['stdoutContains'] !== undefined) {
    delete expected['stdoutContains'];
    expected['stdoutContains the name of the new pod'] = true;
  }
  // Values for the two variables of the file.
  if (typeof expected['env'] === 'string') expected['env'] = ['FIRST', 'SECOND'];
  // In the script this is the second debug container of the pod; here each case has its own pod.
  const ephemeral = expected['ephemeralContainers'] as string[] | undefined;
  if (ephemeral !== undefined) expected['ephemeralContainers'] = ephemeral.slice(-1);
  return expected;
}

runCases('integration', upstream, async (given) => {
  const plan = await planOf(given);
  const all = readings(plan, podOf(given));
  const expected = upstream(given);
  return Object.fromEntries(
    Object.keys(expected).map((key) => {
      const value = all[key];
      // A warning may say more than the part that is expected.
      const part = expected[key];
      if (
        key === 'stderrContains' &&
        typeof part === 'string' &&
        (value as string[]).some((line) => line.includes(part))
      ) {
        return [key, part];
      }
      return [key, value];
    }),
  );
});
