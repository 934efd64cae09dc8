import type { PersistentVolumeClaim, Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { selectorMatches } from '../model/label-selector.ts';
import type { CopyRequest, Notice } from '../model/plan.ts';

/** A controller that adopts pods by their labels: a ReplicaSet, StatefulSet and the like. */
export interface Adopter {
  kind: string;
  name: string;
  selector: LabelSelector;
}

/** Objects related to the pod, as far as the caller could read them, for the copy's notices. */
export interface RelatedObjects {
  /** Claims of the pod's namespace, or those that it mounts. */
  claims?: readonly PersistentVolumeClaim[];
  /** Services in the copy's namespace. */
  services?: readonly Service[];
  /** Controllers in that namespace. */
  adopters?: readonly Adopter[];
}

/** What the user should know about a copy before it is created. */
export function copyNotices(
  original: Pod,
  copy: Pod,
  request: CopyRequest,
  surroundings: RelatedObjects,
): Notice[] {
  return [
    ...volumeNotices(original, copy, request, surroundings.claims ?? []),
    ...labelNotices(copy, surroundings),
    ...replaceNotices(original, request),
    ...hostNetworkNotices(copy, request),
    ...namespaceNotices(original, copy),
  ];
}

function volumeNotices(
  original: Pod,
  copy: Pod,
  request: CopyRequest,
  claims: readonly PersistentVolumeClaim[],
): Notice[] {
  const { phase } = original.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return [];
  const names = (copy.spec?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  return claims.flatMap((claim): Notice[] => {
    const name = claim.metadata?.name ?? '';
    if (!names.includes(name) || copy.metadata?.namespace !== original.metadata?.namespace) return [];
    const modes = claim.spec?.accessModes ?? [];
    if (modes.includes('ReadWriteOncePod')) {
      const waits = request.replace ? ', which is deleted only once the copy runs: a deadlock' : '';
      const text = `Volume claim ${name} is ReadWriteOncePod: the copy can't start beside the original${waits}.`;
      return [{ level: 'warning', code: 'volume-one-pod', text, always: true }];
    }
    if (!modes.includes('ReadWriteOnce') || modes.includes('ReadWriteMany')) return [];
    const node = original.spec?.nodeName;
    const once = `Volume claim ${name} is ReadWriteOnce`;
    return node !== undefined && copy.spec?.nodeName === node
      ? [
          {
            level: 'warning',
            code: 'volume-shared',
            text: `${once}: the copy and the original both write to it.`,
          },
        ]
      : [
          {
            level: 'warning',
            code: 'volume-one-node',
            text: `${once}: the copy starts only on the original's node, and both write to it.`,
          },
        ];
  });
}

function labelNotices(copy: Pod, { services = [], adopters = [] }: RelatedObjects): Notice[] {
  const labels = copy.metadata?.labels ?? {};
  const notices: Notice[] = [];
  const serving = services.filter(({ spec }) => {
    const selector = Object.entries(spec?.selector ?? {});
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
  if (serving.length > 0) {
    const names = serving.map(({ metadata }) => metadata?.name).join(', ');
    const text = `The copy keeps labels that Service ${names} selects: it will get live requests.`;
    notices.push({ level: 'warning', code: 'service-selects', text });
  }
  for (const { kind, name } of adopters.filter(({ selector }) => selectorMatches(selector, labels))) {
    const text = `The copy keeps labels that ${kind} ${name} selects: it will be adopted, and this or another pod deleted.`;
    notices.push({ level: 'warning', code: 'controller-adopts', text });
  }
  return notices;
}

function replaceNotices(original: Pod, request: CopyRequest): Notice[] {
  if (!request.replace) return [];
  const owner = original.metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return [];
  const text = `${owner.kind} ${owner.name} creates a new pod as soon as the original is deleted.`;
  return [{ level: 'warning', code: 'controller-recreates', text }];
}

function hostNetworkNotices(copy: Pod, request: CopyRequest): Notice[] {
  const { spec } = copy;
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  if (spec?.hostNetwork !== true || ports.length === 0 || request.keep.hostPorts) return [];
  const text = "The pod uses its node's network: the copy can't use the same ports on the same node.";
  return [{ level: 'warning', code: 'host-network', text }];
}

/** Objects in the original's namespace that the copy needs. */
function namespaceNotices(original: Pod, copy: Pod): Notice[] {
  if (copy.metadata?.namespace === original.metadata?.namespace) return [];
  const { spec } = copy;
  const needs = new Set<string>();
  const account = spec?.serviceAccountName;
  if (account !== undefined && account !== 'default') needs.add(`service account ${account}`);
  for (const { name } of spec?.imagePullSecrets ?? []) if (name !== undefined) needs.add(`secret ${name}`);
  for (const volume of spec?.volumes ?? []) {
    if (volume.persistentVolumeClaim !== undefined)
      needs.add(`claim ${volume.persistentVolumeClaim.claimName}`);
    if (volume.configMap?.name !== undefined) needs.add(`config map ${volume.configMap.name}`);
    if (volume.secret?.secretName !== undefined) needs.add(`secret ${volume.secret.secretName}`);
  }
  for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
    for (const source of container.envFrom ?? []) {
      if (source.configMapRef?.name !== undefined) needs.add(`config map ${source.configMapRef.name}`);
      if (source.secretRef?.name !== undefined) needs.add(`secret ${source.secretRef.name}`);
    }
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.configMapKeyRef?.name !== undefined)
        needs.add(`config map ${valueFrom.configMapKeyRef.name}`);
      if (valueFrom?.secretKeyRef?.name !== undefined) needs.add(`secret ${valueFrom.secretKeyRef.name}`);
    }
  }
  if (needs.size === 0) return [];
  const text = `Namespace ${copy.metadata?.namespace ?? ''} must have what the copy uses: ${[...needs].join(', ')}.`;
  return [{ level: 'warning', code: 'namespace-needs', text }];
}
