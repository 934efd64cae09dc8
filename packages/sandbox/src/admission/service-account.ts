import type { KubeObject } from '../machinery/objects.ts';
import { randomSuffix } from '../machinery/generated-name.ts';
import type { Container, PodObject, Volume } from '../resources/pods/types.ts';
import type { WriteContext } from '../resources/rules.ts';
import { podRefusal } from './refusal.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
/** An hour and 7 seconds, by which the real server recognizes tokens of its own projected volumes. */
const TOKEN_SECONDS = 3607;
const FILE_MODE = 0o644;

interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: { name?: string }[];
}

/** Sets a new pod's service account, and mounts its token into the containers. */
export function admitServiceAccount(pod: PodObject, context: WriteContext): void {
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return;
  const namespace = pod.metadata.namespace ?? '';
  const name = pod.spec.serviceAccountName ?? 'default';
  pod.spec.serviceAccountName = name;
  pod.spec.serviceAccount = name;
  const account = context.store.get<ServiceAccount>('serviceaccounts', namespace, name);
  if (account === undefined) {
    const reason = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    throw podRefusal(pod, reason);
  }
  if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod);
  if ((pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
    pod.spec.imagePullSecrets = structuredClone(account.imagePullSecrets ?? []);
  }
}

function mountToken(pod: PodObject): void {
  const lacking = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].filter(
    (container: Container) => !container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH),
  );
  const existing = pod.spec.volumes?.find((volume) => volume.name.startsWith('kube-api-access-'));
  if (lacking.length === 0) return;
  const name = existing?.name ?? `kube-api-access-${randomSuffix()}`;
  for (const container of lacking) {
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name, readOnly: true, mountPath: MOUNT_PATH },
    ];
  }
  if (existing === undefined) pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: FILE_MODE,
    },
  };
}
