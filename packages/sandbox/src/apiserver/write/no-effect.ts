import type { KubeObject } from '../../machinery/objects.ts';

/** Kinds that are kept and given back, and that nothing here acts upon; with what a real cluster would do. */
const NO_EFFECT: Readonly<Record<string, string>> = {
  'customresourcedefinitions.apiextensions.k8s.io': 'its kind is not served',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': 'its webhooks are not called',
  'validatingwebhookconfigurations.admissionregistration.k8s.io': 'its webhooks are not called',
  'mutatingadmissionpolicies.admissionregistration.k8s.io': 'nothing is changed by it',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': 'nothing is changed by it',
  'validatingadmissionpolicies.admissionregistration.k8s.io': 'nothing is refused by it',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': 'nothing is refused by it',
  'apiservices.apiregistration.k8s.io': 'its group is not served',
  'horizontalpodautoscalers.autoscaling': 'nothing is scaled by it',
  'networkpolicies.networking.k8s.io': 'no traffic is held back by it',
  'ingresses.networking.k8s.io': 'nothing is routed by it',
  'certificatesigningrequests.certificates.k8s.io': 'nothing is signed',
  'flowschemas.flowcontrol.apiserver.k8s.io': 'requests are not queued by it',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': 'requests are not queued by it',
};

/** A warning for those who would wait for an effect that does not come; undefined for kinds that have theirs. */
export function noEffectWarning({ key, kind }: { key: string; kind: string }): string | undefined {
  const missing = NO_EFFECT[key];
  return missing === undefined
    ? undefined
    : `kube-sandbox keeps this ${kind} but does not act on it: ${missing}`;
}

interface Field {
  /** Where it is, for the warning. */
  path: string;
  /** Whether the object sets it to something that would have an effect. */
  isSet: (spec: Readonly<Record<string, unknown>>) => boolean;
  missing: string;
}

/** Fields of kinds that have their effect, but for these. */
const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  'cronjobs.batch': [
    {
      path: 'spec.timeZone',
      isSet: ({ timeZone }) => typeof timeZone === 'string' && !/^(?:Etc\/)?(?:UTC|GMT)$/.test(timeZone),
      missing: 'the schedule is of UTC',
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

/** Warnings of fields of a written object that nothing here acts upon. */
export function noEffectFields({ key }: { key: string }, { spec }: KubeObject): string[] {
  return (FIELDS[key] ?? [])
    .filter(({ isSet }) => isSet((spec ?? {}) as Record<string, unknown>))
    .map(({ path, missing }) => `kube-sandbox does not act on ${path}: ${missing}`);
}
