import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { noEvidence, type Workload } from '../evidence.ts';
import { objectPath } from '../kinds.ts';
import type { Reader } from '../reader.ts';
import { selects } from '../rules/reach.ts';
import { PodView } from '../view/pod-view.ts';
import type { CollectOptions, Parts } from './parts.ts';
import { claimList, events, nodesOf, podList, serviceList, sliceList } from './lists.ts';
import { readLogs } from './logs.ts';

const LOGS_OF_A_POD = 2;

export async function readPod(
  reader: Reader,
  namespace: string,
  name: string,
  options: CollectOptions,
): Promise<Parts> {
  const pod = await reader.require<Pod>(`pod ${name}`, objectPath('Pod', namespace, name));
  if (pod === undefined) return {};
  const view = new PodView(pod, noEvidence(namespace, options.now));
  if (view.phase === 'Succeeded') return { pods: [pod] };
  const volumes = (pod.spec?.volumes ?? []).some(
    (volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined,
  );
  const waits = view.phase === 'Pending';
  const ended = view.phase === 'Failed' || view.isDeleting;
  const runsUnready =
    !view.isReady && view.appContainers.length > 0 && view.appContainers.every(({ isReady }) => isReady);
  const owner = view.owner;
  const ownEvents = events(reader, namespace, `involvedObject.uid=${pod.metadata?.uid ?? ''}`);
  const [own, ofClaims, claims, nodes, others, parent, services, slices, logs] = await Promise.all([
    ownEvents,
    waits && volumes ? events(reader, namespace, 'involvedObject.kind=PersistentVolumeClaim') : undefined,
    waits && volumes ? claimList(reader, namespace) : undefined,
    view.isReady || ended ? undefined : nodesOf(reader, view),
    ended || runsUnready ? podList(reader, namespace) : undefined,
    view.phase === 'Failed' && owner?.kind === 'Job'
      ? reader.get<Workload>(`job ${owner.name}`, objectPath('Job', namespace, owner.name))
      : undefined,
    waits || ended ? undefined : serviceList(reader, namespace),
    waits || ended ? undefined : sliceList(reader, namespace),
    options.logs
      ? readLogs(reader, { ...noEvidence(namespace, options.now), pods: [pod] }, LOGS_OF_A_POD)
      : undefined,
  ]);
  return {
    pods: [pod, ...(others ?? []).filter(({ metadata }) => metadata?.uid !== pod.metadata?.uid)],
    events: own === undefined ? undefined : [...own, ...(ofClaims ?? [])],
    claims,
    nodes,
    ...(parent === undefined ? {} : { workloads: [{ ...parent, kind: 'Job' } as Workload] }),
    services: services?.filter(({ spec }) => selects(Object.entries(spec?.selector ?? {}), pod)),
    slices,
    logs,
  };
}
