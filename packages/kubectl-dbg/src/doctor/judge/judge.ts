import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { sanitise, sanitiseText } from '../../base/sanitise.ts';
import { type FollowUpCommands, PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import type { Evidence, Workload } from '../evidence.ts';
import type { Diagnosis, DiagnosisTarget, Finding, NotChecked, RightAnswer, Verdict } from '../finding.ts';
import { maskSecrets } from '../mask.ts';
import { selects } from '../rules/reach.ts';
import { type AnyObject, ObjectView } from '../view/object-view.ts';
import { PodView } from '../view/pod-view.ts';
import { WorkloadView } from '../view/workload-view.ts';
import { groupFindings, type Judged, type JudgedPod, shareHints } from './group.ts';
import { isSuperseded } from './history.ts';
import { type Hit, matchRules, withoutYielding } from './hit.ts';
import { judgePod } from './judge-pod.ts';

/** Whether unreadable data leaves open if something is broken at all. */
export interface Gaps {
  essential: boolean;
  rights?: readonly RightAnswer[];
  /** Creates the commands of next steps. */
  commands?: FollowUpCommands;
}

/** Judges all evidence. Pure: the same evidence gives the same result. */
export function judge(
  target: DiagnosisTarget,
  evidence: Evidence,
  gaps: Gaps = { essential: false },
): Diagnosis {
  const pods = (evidence.pods ?? [])
    .filter((pod) => concerns(target, pod, evidence))
    .map((pod) => new PodView(pod, evidence));
  const judgedPods = shareHints(pods.map((pod): JudgedPod => ({ pod, hits: judgePod(pod) })));
  const others = objectHits(target, evidence, judgedPods);
  const judged: Judged[] = [...judgedPods, ...others.map((hit) => ({ hits: [hit] }))];
  const findings = groupFindings(judged, gaps.commands ?? PLAIN_COMMANDS).map(safe);
  const hits = judged.flatMap(({ hits: some }) => some);
  return {
    apiVersion: 'kubectl-dbg/v1',
    kind: 'Diagnosis',
    target,
    verdict: verdictOf(hits, gaps.essential),
    findings,
    notChecked: distinct(evidence.unread).map(safeGap),
    rights: [...(gaps.rights ?? [])],
  };
}

const isCause = ({ severity, becauseOf }: Hit) =>
  (severity === 'fault' || severity === 'effect') && becauseOf.length === 0;

function verdictOf(hits: readonly Hit[], gap: boolean): Verdict {
  if (hits.some(({ severity }) => severity === 'fault' || severity === 'effect')) return 'broken';
  return gap || hits.some(({ severity }) => severity === 'unknown') ? 'undecided' : 'ok';
}

/** Whether a pod belongs to the target, and was not only read for comparison. */
function concerns(target: DiagnosisTarget, pod: Pod, evidence: Evidence): boolean {
  const { kind, name } = target;
  if (kind === 'Pod') return pod.metadata?.name === name;
  if (kind === 'Node') return pod.spec?.nodeName === name;
  if (kind === 'Service') {
    const service = evidence.services?.find(({ metadata }) => metadata?.name === name);
    return selects(Object.entries(service?.spec?.selector ?? {}), pod);
  }
  if (kind === 'PersistentVolumeClaim') {
    return (pod.spec?.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === name);
  }
  if (kind === 'Namespace' || kind === 'Pods') return true;
  const workload = targetWorkload(target, evidence);
  return workload !== undefined && new WorkloadView(workload, evidence).pods.some((own) => own.pod === pod);
}

function targetWorkload({ kind, name }: DiagnosisTarget, evidence: Evidence): Workload | undefined {
  return evidence.workloads?.find((workload) => workload.kind === kind && workload.metadata?.name === name);
}

/** The rules' hits on objects of the target other than pods. */
function objectHits(target: DiagnosisTarget, evidence: Evidence, judgedPods: readonly JudgedPod[]): Hit[] {
  const pods = judgedPods.map(({ pod }) => pod);
  /** An effect is explained by problems of the object's pods. */
  const explained = (hits: readonly Hit[], own: (pod: PodView) => boolean): Hit[] => {
    const causes = judgedPods.filter(({ pod }) => own(pod)).flatMap(({ hits: some }) => some.filter(isCause));
    const becauseOf = [...new Set(causes.map(({ rule }) => rule.id))];
    return hits.map((hit) => (hit.severity === 'effect' ? { ...hit, becauseOf } : hit));
  };
  const all = target.kind === 'Namespace';
  const named =
    (kind: string) =>
    ({ metadata }: AnyObject) =>
      all || (target.kind === kind && metadata?.name === target.name);
  const view = <T extends AnyObject>(
    kind: string,
    objects: readonly T[] | undefined,
    wanted: (object: T) => boolean,
  ) => (objects ?? []).filter(wanted).map((object) => new ObjectView(kind, object, evidence));
  const workloads = all
    ? (evidence.workloads ?? []).filter((workload) => isRoot(workload, evidence))
    : [targetWorkload(target, evidence)];
  const leadsToPods = (selector: Record<string, string> | undefined) =>
    pods.some(({ pod }) => selects(Object.entries(selector ?? {}), pod));
  const hits = [
    ...workloads
      .flatMap((workload) => (workload === undefined ? [] : [new WorkloadView(workload, evidence)]))
      .flatMap((subject) => {
        const own = new Set(subject.pods.map(({ name }) => name));
        return explained(withoutYielding(matchRules('workload', subject, subject.ref)), ({ name }) =>
          own.has(name),
        );
      }),
    ...view(
      'Service',
      evidence.services,
      (service) => named('Service')(service) || leadsToPods(service.spec?.selector),
    ).flatMap((subject) =>
      explained(withoutYielding(matchRules('service', subject, subject.ref)), ({ pod }) =>
        selects(Object.entries(subject.object.spec?.selector ?? {}), pod),
      ),
    ),
    ...view('Ingress', evidence.ingresses, named('Ingress')).flatMap((subject) =>
      matchRules('ingress', subject, subject.ref),
    ),
    ...view('PersistentVolumeClaim', evidence.claims, named('PersistentVolumeClaim')).flatMap((subject) =>
      withoutYielding(matchRules('claim', subject, subject.ref)),
    ),
    ...view('Node', evidence.nodes, named('Node')).flatMap((subject) =>
      withoutYielding(matchRules('node', subject, subject.ref)),
    ),
    ...view(
      'HorizontalPodAutoscaler',
      evidence.autoscalers,
      ({ spec }) =>
        all || (spec?.scaleTargetRef.kind === target.kind && spec.scaleTargetRef.name === target.name),
    ).flatMap((subject) => matchRules('autoscaler', subject, subject.ref)),
    ...view('PodDisruptionBudget', evidence.budgets, ({ spec }) =>
      leadsToPods(spec?.selector?.matchLabels),
    ).flatMap((subject) => matchRules('budget', subject, subject.ref)),
  ];
  // A pod's claims were judged with it; in a namespace, a claim that waits normally is not reported.
  const told = new Set(
    judgedPods.flatMap(({ hits: some }) => some.map(({ rule, object }) => `${rule.id} ${object}`)),
  );
  return hits.filter(
    ({ rule, object, severity }) =>
      !told.has(`${rule.id} ${object}`) && !(all && rule.id === 'S16' && severity === 'note'),
  );
}

/** Whether a user created the workload: not a ReplicaSet of a Deployment, nor an old Job of a CronJob. */
function isRoot(workload: Workload, { workloads = [] }: Evidence): boolean {
  if (workload.metadata?.ownerReferences?.some(({ controller }) => controller === true) !== true) return true;
  if (workload.kind !== 'Job') return false;
  const jobs = workloads.filter((other): other is Job => other.kind === 'Job');
  return !isSuperseded(workload, jobs);
}

/** No text of a cluster reaches a terminal or a file unsanitised. */
function safe(finding: Finding): Finding {
  return {
    ...finding,
    object: sanitise(finding.object),
    title: sanitise(maskSecrets(finding.title)),
    evidence: finding.evidence.map(({ object, path, value }) => ({
      object: sanitise(object),
      path: sanitise(path),
      value: sanitiseText(maskSecrets(value)),
    })),
    next: finding.next.map((step) => ({ ...step, text: sanitise(step.text) })),
  };
}

function safeGap({ what, right }: NotChecked): NotChecked {
  return { what: sanitise(what), ...(right === undefined ? {} : { right: sanitise(right) }) };
}

function distinct(unread: readonly NotChecked[]): NotChecked[] {
  const seen = new Map(unread.map((gap) => [`${gap.what} ${gap.right ?? ''}`, gap]));
  return [...seen.values()];
}
