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
  look('See what the template asks for', view.kubectl('get', view.ref, '-o', 'yaml'));

/** The first row that matches wins: messages of webhooks quote others. */
const ROWS: readonly RefusalRow[] = [
  {
    id: 'O11',
    name: 'The namespace is being deleted',
    pattern: /being terminated/i,
    shows: 'Creation refused because the namespace is terminating; the namespace has phase Terminating.',
    explain:
      'Nothing new can be made in a namespace that is being deleted. If it stays, its conditions name what holds it: objects with finalizers, or an aggregated API whose server is away.',
    title: (_, view) => `No pod can be made: namespace ${view.namespace} is being deleted`,
    next: (_, view) => [
      look('See what still holds the namespace', ['get', 'namespace', view.namespace, '-o', 'yaml']),
    ],
  },
  {
    id: 'O6',
    name: 'An admission webhook does not answer',
    pattern: /fail(?:ed|ing) (?:calling|to call) webhook[: ]*"?([^":\s]*)/i,
    shows:
      'Creation fails because a webhook could not be called: it timed out, has no endpoints, or its certificate is not trusted.',
    explain:
      'The cluster asks a webhook before it admits a pod and is set to refuse when that gives no answer. Nothing is wrong with the workload, and others are refused too. Whoever runs the webhook must bring it back.',
    title: ([, name], view) =>
      `No pod of ${view.ref} can be made: admission webhook ${name === '' ? 'of the cluster' : name} cannot be called`,
    group: ([, name]) => `admission webhook ${name} does not answer`,
    next: ([, name]) => [
      look(
        'Tell whoever runs the webhook; see its configuration',
        ['get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations'],
        `list webhook configurations in the whole cluster, to find ${name ?? 'it'}`,
      ),
    ],
  },
  {
    id: 'O5',
    name: 'An admission webhook refuses',
    pattern: /admission webhook "([^"]+)" denied the request:?\s*(.*)/is,
    shows: 'Creation is denied by a named admission webhook, with its own words.',
    explain:
      "A rule of this cluster refuses the pod. The webhook's words say what it wants; its name's domain says who runs it.",
    title: ([, name, words], view) =>
      `No pod of ${view.ref} is admitted: webhook ${name} says: ${lastClause(words ?? '')}`,
    group: ([, name]) => `refused by admission webhook ${name}`,
    next: (_, view) => [
      template(view),
      change('Change the template as the words ask, or ask who runs the webhook'),
    ],
  },
  {
    id: 'O7',
    name: 'An admission policy refuses',
    pattern: /ValidatingAdmissionPolicy '([^']+)'.*?denied request:?\s*(.*)/is,
    shows: 'Creation is denied by a ValidatingAdmissionPolicy and its binding.',
    explain:
      'A policy of this cluster, evaluated in the API server itself, refuses the pod. Its words say what it wants.',
    title: ([, name, words], view) =>
      `No pod of ${view.ref} is admitted: policy ${name} says: ${lastClause(words ?? '')}`,
    group: ([, name]) => `refused by admission policy ${name}`,
    next: (_, view) => [template(view), change('Change the template as the policy asks')],
  },
  {
    id: 'O4',
    name: 'Pod Security refuses',
    pattern: /violates PodSecurity "([^"]+)":?\s*(.*)/is,
    shows:
      'Creation is forbidden: it violates the Pod Security level that the namespace enforces; the settings are listed.',
    explain:
      'The label pod-security.kubernetes.io/enforce of the namespace asks for a Pod Security Standard that the template does not meet. Each part of the message names a field and the containers that need it.',
    title: ([, level, words], view) =>
      `No pod of ${view.ref} is admitted: namespace ${view.namespace} enforces Pod Security ${level}; missing: ${securitySettings(words ?? '')}`,
    group: ([, level]) => `Pod Security ${level} refuses the pods`,
    next: (_, view) => [
      look('See what the namespace enforces', ['get', 'namespace', view.namespace, '--show-labels']),
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
      'The namespace may use only so much, and the new pod would go past it. Delete what is not needed, lower requests, or ask for a larger quota.',
    title: ([, quota, requested, used, limited], view) =>
      `No more pods of ${view.ref} can be made: quota ${quota} is used up (asks ${requested}, used ${used}, limit ${limited})`,
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
    name: 'The quota demands values',
    pattern: /failed quota: ([^:]+): must specify (.*)/is,
    shows: 'Creation is forbidden: a ResourceQuota limits a resource for which the pod sets no value.',
    explain:
      'Once a quota counts a resource, every pod must say how much of it it wants. Set the value in the template, or have a LimitRange give a default.',
    title: ([, quota, what], view) =>
      `No pod of ${view.ref} can be made: quota ${quota} demands values for ${what}`,
    group: ([, quota]) => `quota ${quota} demands values`,
    infer: (spec, view) => {
      const bound = demandingQuota(spec, ...bounds(view));
      return bound && { bound, words: `failed quota: ${bound.name}: must specify ${bound.words}` };
    },
    next: ([, quota], view) => [
      look('See which resources the quota counts', view.kubectl('describe', 'resourcequota', quota ?? '')),
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
      'Creation is forbidden: a container or pod asks for more, or less, than a LimitRange of the namespace allows.',
    explain:
      'A LimitRange bounds what a single container or pod may ask for. Both numbers are in the message.',
    title: ([words], view) => `No pod of ${view.ref} can be made: a LimitRange says ${words}`,
    group: () => 'a LimitRange refuses the pods',
    infer: (spec, { evidence }) => {
      const bound = brokenRange(spec, evidence.limits ?? []);
      return bound && { bound, words: bound.words };
    },
    next: (_, view) => [
      look('See the bounds', view.kubectl('describe', 'limitrange')),
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
      'A pod acts as a service account of its namespace, and this one is not there: a wrong name, or something not yet installed.',
    title: ([, a, b], view) =>
      `No pod of ${view.ref} can be made: service account ${a ?? b} does not exist in namespace ${view.namespace}`,
    group: ([, a, b]) => `service account ${a ?? b} does not exist`,
    next: ([, a, b], view) => [
      look('List those there are', view.kubectl('get', 'serviceaccounts')),
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
      'PriorityClasses and RuntimeClasses belong to the whole cluster. This one does not exist: a wrong name, or one for the administrators to make.',
    title: ([, priority, runtime], view) =>
      `No pod of ${view.ref} can be made: ${priority === undefined ? `RuntimeClass ${runtime}` : `PriorityClass ${priority}`} does not exist`,
    group: ([, priority, runtime]) => `class ${priority ?? runtime} does not exist`,
    next: () => [
      look(
        'List those there are',
        ['get', 'priorityclasses,runtimeclasses'],
        'list priorityclasses and runtimeclasses in the whole cluster',
      ),
    ],
  },
  {
    id: 'O10',
    name: 'The template does not make a valid pod',
    pattern: /is invalid: (.*)/is,
    shows: 'Creation fails with "is invalid": a field of the pod made from the template is refused.',
    explain:
      'The template was accepted, but the pod made of it is not valid: often a name that becomes too long a label, or what a mutating webhook added. The message names the field.',
    title: ([, words], view) =>
      `No pod of ${view.ref} can be made, since it would not be valid: ${lastClause(words ?? '', 300)}`,
    group: () => 'the template does not make a valid pod',
    next: (_, view) => [template(view)],
  },
  {
    id: 'O19',
    name: 'Pods cannot be made for another reason',
    pattern: /(.*)/s,
    shows: 'Condition ReplicaFailure or event FailedCreate with other words.',
    explain: 'The API server refuses to make the pods. Its own words are the best that is known.',
    title: ([words], view) =>
      `No pod of ${view.ref} can be made: ${lastClause(words.replace(/^Error creating: /, ''), 300)}`,
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
