import type { KubeObject } from '../../machinery/objects.ts';

/** Kinds that are stored but have no effect, and the effect that is missing. */
const NO_EFFECT: Readonly<Record<string, string>> = {
  'customresourcedefinitions.apiextensions.k8s.io': 'its kind is not served',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': 'its webhooks are not called',
  'validatingwebhookconfigurations.admissionregistration.k8s.io': 'its webhooks are not called',
  'mutatingadmissionpolicies.admissionregistration.k8s.io': 'it changes nothing',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': 'it changes nothing',
  'validatingadmissionpolicies.admissionregistration.k8s.io': 'it refuses nothing',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': 'it refuses nothing',
  'apiservices.apiregistration.k8s.io': 'its group is not served',
  'horizontalpodautoscalers.autoscaling': 'it scales nothing',
  'networkpolicies.networking.k8s.io': 'it blocks no traffic',
  'ingresses.networking.k8s.io': 'it routes nothing',
  'certificatesigningrequests.certificates.k8s.io': 'nothing is signed',
  'flowschemas.flowcontrol.apiserver.k8s.io': 'it queues no requests',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': 'it queues no requests',
};

/** The warning about a kind without effect; undefined for all others. */
export function noEffectWarning({ key, kind }: { key: string; kind: string }): string | undefined {
  const missing = NO_EFFECT[key];
  return missing === undefined
    ? undefined
    : `kube-sandbox stores this ${kind} but does not act on it: ${missing}`;
}

interface Field {
  /** Its path, for the warning. */
  path: string;
  /** Whether the object sets it to something that would have an effect. */
  isSet: (spec: Readonly<Record<string, unknown>>) => boolean;
  missing: string;
}

/** Fields without effect, by kind. */
const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  'cronjobs.batch': [
    {
      path: 'spec.timeZone',
      isSet: ({ timeZone }) => typeof timeZone === 'string' && !/^(?:Etc\/)?(?:UTC|GMT)$/.test(timeZone),
      missing: 'the schedule is in UTC',
    },
  ],
  'statefulsets.apps': [
    {
      path: 'spec.persistentVolumeClaimRetentionPolicy',
      isSet: ({ persistentVolumeClaimRetentionPolicy: policy }) =>
        Object.values(policy ?? {}).includes('Delete'),
      missing: 'claims are retained',
    },
  ],
};

/** Warnings about fields of a written object that have no effect. */
export function noEffectFields({ key }: { key: string }, { spec }: KubeObject): string[] {
  return (FIELDS[key] ?? [])
    .filter(({ isSet }) => isSet((spec ?? {}) as Record<string, unknown>))
    .map(({ path, missing }) => `kube-sandbox does not act on ${path}: ${missing}`);
}
