import type { Right } from '../model/right.ts';

/** Uses for a role: the needs of each command, as parts of `debuggingNeeds`. */
export const USES: Readonly<Record<string, readonly string[]>> = {
  view: ['view'],
  logs: ['view', 'logs'],
  debug: ['view', 'logs', 'ephemeral', 'attach'],
  attach: ['view', 'logs', 'attach'],
  exec: ['view', 'logs', 'ephemeral', 'exec'],
  copy: ['view', 'logs', 'attach', 'copy'],
  node: ['view', 'logs', 'attach', 'node'],
  clean: ['view', 'remove'],
};

/** The use that needs a right; undefined if there is not exactly one. */
export function useOfRight({ verb, resource, group }: Right): string | undefined {
  if (group !== '') return undefined;
  if (resource === 'pods') return { create: 'copy', delete: 'clean' }[verb] ?? 'view';
  return {
    'pods/ephemeralcontainers': 'debug',
    'pods/attach': 'attach',
    'pods/exec': 'exec',
    'pods/log': 'logs',
    events: 'view',
    nodes: 'node',
  }[resource];
}
