import { type Advice, change, look } from '../steps.ts';
import type { Rule, Match } from '../rule.ts';
import { rule } from '../rule.ts';
import { MINUTE } from '../time.ts';
import type { WorkloadView } from '../view/workload-view.ts';
import { type Bound, brokenRange, demandingQuota, fullQuota, quotaFacts } from '../classify/limits.ts';
import { lastClause } from '../classify/pull.ts';
import type { Fact } from '../finding.ts';
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';

/** A refusal by its message: what admission says when a controller wants to create a pod. */
interface RefusalRow {
  id: string;
  name: string;
  pattern: RegExp;
  shows: string;
  explain: string;
  title(found: RegExpExecArray, view: WorkloadView): string;
  next(found: RegExpExecArray, view: WorkloadView): Advice[];
  group?(found: RegExpExecArray): string;
  /** Further facts from the namespace's bounds. */
  facts?(found: RegExpExecArray, view: WorkloadView): Fact[];
  /** Detects it by the bounds themselves, if there is no message; returns the expected message too. */
  infer?(spec: PodSpec, view: WorkloadView): { bound: Bound; words: string } | undefined;
}

const bounds = ({ evidence }: WorkloadView) => [evidence.quotas ?? [], evidence.limits ?? []] as const;

const template = (view: WorkloadView) =>
  look('See the template', view.kubectl('get', view.ref, '-o', 'yaml'));

/** The first row that matches wins: messages of webhooks quote others. */
const ROWS: readonly RefusalRow[] = [
  {
    id: 'O11',
    name: 'The namespace is being deleted',
    pattern: /being terminated/i,
    shows: 'Creation refused because the namespace is terminating; the namespace has phase Terminating.',
    explain:
      'No objects can be created in a namespace that is being deleted. If the deletion does not complete, its conditions have the reason: objects with finalizers, or an unavailable aggregated API.',
    title: (_, view) => `No pod can be created: namespace ${view.namespace} is being deleted`,
    next: (_, view) => [
      look('See the conditions of the namespace', ['get', 'namespace', view.namespace, '-o', 'yaml']),
    ],
  },
  {
    id: 'O6',
    name: 'An admission webhook does not respond',
    pattern: /fail(?:ed|ing) (?:calling|to call) webhook[: ]*"?([^":\s]*)/i,
    shows:
      'Creation fails because a webhook could not be called: it timed out, has no endpoints, or its certificate is not trusted.',
    explain:
      'The API server calls a webhook before it admits a pod, and is configured to refuse the pod if the webhook does not respond. The workload is not the cause, and others are refused too. The operator of the webhook must fix it.',
    title: ([, name], view) =>
      `No pod of ${view.ref} can be created: admission webhook ${name === '' ? 'of the cluster' : name} cannot be called`,
    group: ([, name]) => `admission webhook ${name} does not respond`,
    next: ([, name]) => [
      look(
        'Tell the operator of the webhook; see its configuration',
        ['get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations'],
        `list webhook configurations in the whole cluster, to find ${name ?? 'it'}`,
      ),
    ],
  },
  {
    id: 'O5',
    name: 'An admission webhook refuses',
    pattern: /admission webhook "([^"]+)" denied the request:?\s*(.*)/is,
    shows: 'Creation is denied by a named admission webhook, with its own message.',
    explain:
      "A rule of this cluster refuses the pod. The webhook's message has the reason; the domain in its name shows who runs it.",
    title: ([, name, words], view) =>
      `No pod of ${view.ref} is admitted: webhook ${name} refuses it: ${lastClause(words ?? '')}`,
    group: ([, name]) => `refused by admission webhook ${name}`,
    next: (_, view) => [
      template(view),
      change('Change the template according to the message, or ask the operator of the webhook'),
    ],
  },
  {
    id: 'O7',
    name: 'An admission policy refuses',
    pattern: /ValidatingAdmissionPolicy '([^']+)'.*?denied request:?\s*(.*)/is,
    shows: 'Creation is denied by a ValidatingAdmissionPolicy and its binding.',
    explain: 'A ValidatingAdmissionPolicy of this cluster refuses the pod. Its message has the reason.',
    title: ([, name, words], view) =>
      `No pod of ${view.ref} is admitted: policy ${name} refuses it: ${lastClause(words ?? '')}`,
    group: ([, name]) => `refused by admission policy ${name}`,
    next: (_, view) => [template(view), change('Change the template according to the message')],
  },
  {
    id: 'O4',
    name: 'Pod Security refuses',
    pattern: /violates PodSecurity "([^"]+)":?\s*(.*)/is,
    shows:
      'Creation is forbidden: it violates the Pod Security level that the namespace enforces; the settings are listed.',
    explain:
      'The label pod-security.kubernetes.io/enforce of the namespace requires a Pod Security Standard that the template does not meet. Each part of the message names a field and the containers that must set it.',
    title: ([, level, words], view) =>
      `No pod of ${view.ref} is admitted: namespace ${view.namespace} enforces Pod Security ${level}; missing: ${securitySettings(words ?? '')}`,
    group: ([, level]) => `refused by Pod Security ${level}`,
    next: (_, view) => [
      look('See the labels of the namespace', ['get', 'namespace', view.namespace, '--show-labels']),
      change(
        `Set these in the template's securityContext`,
        view.kubectl('edit', view.ref),
        `update ${view.kind.toLowerCase()}s`,
      ),
    ],
  },
  {
    id: 'O1',
    name: 'The quota is used up',
    pattern: /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: (.*)/is,
    shows: 'Creation is forbidden: a ResourceQuota is exceeded; requested, used and limited are given.',
    explain:
      'The new pod would exceed the ResourceQuota of the namespace. Delete what is not needed, lower the requests, or ask for a larger quota.',
    title: ([, quota, requested, used, limited], view) =>
      `No more pods of ${view.ref} can be created: quota ${quota} is used up (requested ${requested}, used ${used}, limited ${limited})`,
    group: ([, quota]) => `quota ${quota} is used up`,
    facts: ([, name, requested = ''], { evidence }) =>
      (evidence.quotas ?? [])
        .filter(({ metadata }) => metadata?.name === name)
        .flatMap((quota) =>
          quotaFacts(
            quota,
            requested.split(',').map((part) => part.split('=')[0] ?? ''),
          ),
        ),
    infer: (spec, view) => {
      const bound = fullQuota(spec, ...bounds(view));
      const words = /asks (.*), used (.*), limit (.*)/.exec(bound?.words ?? '');
      if (bound === undefined || words === null) return undefined;
      const [, requested, used, limited] = words;
      return {
        bound,
        words: `exceeded quota: ${bound.name}, requested: ${requested}, used: ${used}, limited: ${limited}`,
      };
    },
    next: ([, quota], view) => [
      look('Compare used and hard limits', view.kubectl('describe', 'resourcequota', quota ?? '')),
      change('Delete what is unused, lower the requests, or ask for a larger quota'),
    ],
  },
  {
    id: 'O2',
    name: 'The quota requires requests or limits',
    pattern: /failed quota: ([^:]+): must specify (.*)/is,
    shows: 'Creation is forbidden: a ResourceQuota limits a resource for which the pod sets no value.',
    explain:
      'If a quota limits a resource, every pod must set a value for it. Set the value in the template, or set a default with a LimitRange.',
    title: ([, quota, what], view) =>
      `No pod of ${view.ref} can be created: quota ${quota} requires values for ${what}`,
    group: ([, quota]) => `quota ${quota} requires requests or limits`,
    infer: (spec, view) => {
      const bound = demandingQuota(spec, ...bounds(view));
      return bound && { bound, words: `failed quota: ${bound.name}: must specify ${bound.words}` };
    },
    next: ([, quota], view) => [
      look(
        'List the resources that the quota limits',
        view.kubectl('describe', 'resourcequota', quota ?? ''),
      ),
      change(
        'Set these values in the template',
        view.kubectl('edit', view.ref),
        `update ${view.kind.toLowerCase()}s`,
      ),
    ],
  },
  {
    id: 'O3',
    name: 'A LimitRange refuses',
    pattern:
      /((?:maximum|minimum) \S+ usage per \w+ is [^.\]]*|\S+ (?:max )?limit to request ratio per \w+ is [^.\]]*)/i,
    shows:
      'Creation is forbidden: a container or pod requests more, or less, than a LimitRange of the namespace allows.',
    explain:
      'A LimitRange limits what a single container or pod may request. Both numbers are in the message.',
    title: ([words], view) => `No pod of ${view.ref} can be created: it violates a LimitRange: ${words}`,
    group: () => 'refused by a LimitRange',
    infer: (spec, { evidence }) => {
      const bound = brokenRange(spec, evidence.limits ?? []);
      return bound && { bound, words: bound.words };
    },
    next: (_, view) => [
      look('See the limits', view.kubectl('describe', 'limitrange')),
      change(
        "Bring the template's requests and limits within them",
        view.kubectl('edit', view.ref),
        `update ${view.kind.toLowerCase()}s`,
      ),
    ],
  },
  {
    id: 'O8',
    name: 'The service account is missing',
    pattern:
      /service ?account(?: \S*\/\S*?:)?[^"]*"([^"]+)" not found|error looking up service account \S*\/(\S+?):/i,
    shows: 'Creation is forbidden: the service account that the template names does not exist.',
    explain:
      'A pod runs as a service account of its namespace, and this one does not exist: a wrong name, or something that is not installed yet.',
    title: ([, a, b], view) =>
      `No pod of ${view.ref} can be created: service account ${a ?? b} does not exist in namespace ${view.namespace}`,
    group: ([, a, b]) => `service account ${a ?? b} does not exist`,
    next: ([, a, b], view) => [
      look('List the service accounts', view.kubectl('get', 'serviceaccounts')),
      change(
        'Create it, or correct serviceAccountName',
        view.kubectl('create', 'serviceaccount', a ?? b ?? ''),
        'create serviceaccounts',
      ),
    ],
  },
  {
    id: 'O9',
    name: 'A PriorityClass or RuntimeClass is missing',
    pattern: /no PriorityClass with name "?([\w.-]+)|(?:RuntimeClass|runtimeclass\S*) "([^"]+)" not found/i,
    shows: 'Creation is forbidden: the template names a class that the cluster does not have.',
    explain:
      'PriorityClasses and RuntimeClasses are cluster-wide, and this one does not exist: a wrong name, or the administrators must create it.',
    title: ([, priority, runtime], view) =>
      `No pod of ${view.ref} can be created: ${priority === undefined ? `RuntimeClass ${runtime}` : `PriorityClass ${priority}`} does not exist`,
    group: ([, priority, runtime]) => `class ${priority ?? runtime} does not exist`,
    next: () => [
      look(
        'List the classes',
        ['get', 'priorityclasses,runtimeclasses'],
        'list priorityclasses and runtimeclasses in the whole cluster',
      ),
    ],
  },
  {
    id: 'O10',
    name: 'The template does not produce a valid pod',
    pattern: /is invalid: (.*)/is,
    shows: 'Creation fails with "is invalid": a field of the pod from the template is refused.',
    explain:
      'The template was accepted, but its pod is not valid: often a label that is too long because of a long name, or a field that a mutating webhook has added. The message names the field.',
    title: ([, words], view) =>
      `No pod of ${view.ref} can be created, because it would be invalid: ${lastClause(words ?? '', 300)}`,
    group: () => 'the template does not produce a valid pod',
    next: (_, view) => [template(view)],
  },
  {
    id: 'O19',
    name: 'Pods cannot be created, for another reason',
    pattern: /(.*)/s,
    shows: 'Condition ReplicaFailure or event FailedCreate with another message.',
    explain: 'The API server refuses to create the pods. Only its message is known.',
    title: ([words], view) =>
      `No pod of ${view.ref} can be created: ${lastClause(words.replace(/^Error creating: /, ''), 300)}`,
    next: (_, view) => [template(view)],
  },
];

/** The settings that a Pod Security refusal lists, without the advice in parentheses. */
function securitySettings(words: string): string {
  const names = [...words.matchAll(/(?:^|, )([^,()]+?) \((?:[^()"]|"[^"]*")*\)/g)].map(
    ([, name]) => name ?? '',
  );
  return names.length === 0 ? lastClause(words) : names.join(', ');
}

/** One rule for each way in which admission refuses a controller's pods. */
export const REFUSED_RULES: readonly Rule<'workload'>[] = ROWS.map((row, index) =>
  rule('workload', {
    id: row.id,
    level: 0,
    name: row.name,
    shows: row.shows,
    explain: row.explain,
    find(view): Match | undefined {
      const { refusal } = view;
      if (refusal === undefined) return inferred(row, view);
      if (ROWS.slice(0, index).some(({ pattern }) => pattern.test(refusal.text))) return undefined;
      const found = row.pattern.exec(refusal.text);
      if (found === null) return undefined;
      const group = row.group?.(found);
      return {
        title: row.title(found, view),
        ...(group === undefined ? {} : { group }),
        evidence: [refusal.fact, ...(row.facts?.(found, view) ?? [])],
        next: row.next(found, view),
      };
    },
  }),
);

/** A refusal without a message: events expire after an hour, and only ReplicaSets keep a condition. */
function inferred(row: RefusalRow, view: WorkloadView): Match | undefined {
  const spec = view.loose.spec?.template?.spec;
  if (row.infer === undefined || spec === undefined || !view.isHeldBack || view.age < MINUTE)
    return undefined;
  const seen = row.infer(spec, view);
  const found = seen === undefined ? null : row.pattern.exec(seen.words);
  if (seen === undefined || found === null) return undefined;
  const group = row.group?.(found);
  return {
    title: row.title(found, view),
    ...(group === undefined ? {} : { group }),
    evidence: seen.bound.facts,
    next: row.next(found, view),
    confidence: 'inferred',
  };
}
