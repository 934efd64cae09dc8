import { dns1123Subdomain } from '../../machinery/names.ts';
import { defineKind, type KindOptions } from '../kinds/kind.ts';
import type { KindRules } from '../rules.ts';

/** A kind that creates pods, with a generation. */
export function workloadKind(options: Omit<KindOptions, 'checkName'>): KindRules {
  return defineKind({
    hasGeneration: true,
    checkName: dns1123Subdomain,
    newStatus: () => ({}),
    ...options,
  });
}
