import { warnPodTemplate } from '../../auth/pod-security/admission.ts';
import type { KubeObject } from '../../store/types.ts';
import { checkQuota } from '../admission/quota.ts';
import { defineKind, type KindOptions } from '../kinds/kind.ts';
import { dns1123Subdomain } from '../names.ts';
import type { KindRules } from '../rules.ts';
import { asWorkload, type PodTemplate } from './types.ts';

type WorkloadOptions = Omit<KindOptions, 'checkName'> & {
  template: (object: KubeObject) => PodTemplate | undefined;
};

/** A kind that makes pods: its generation is counted, its template judged by Pod Security. */
export function workloadKind({ template, ...options }: WorkloadOptions): KindRules {
  const { group = '', plural } = options;
  return defineKind({
    hasGeneration: true,
    checkName: dns1123Subdomain,
    newStatus: () => ({}),
    ...options,
    admitValidated(object, old, context, subresource) {
      if (subresource === undefined || subresource === '') warnPodTemplate(object, template(object), context);
      if (old === undefined) checkQuota(group === '' ? plural : `${plural}.${group}`, object, context);
    },
  });
}

export const templateOf = (object: KubeObject): PodTemplate | undefined => asWorkload(object).spec.template;
