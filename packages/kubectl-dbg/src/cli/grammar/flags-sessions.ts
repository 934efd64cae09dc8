import { debugFlags } from './flags-debug.ts';
import { globalFlags } from './flags-global.ts';
import type { FlagSpec } from './types.ts';

type Named<T extends { name: string }, N extends string> = Extract<T, { name: N }>;

function ofDebug<N extends (typeof debugFlags)[number]['name']>(
  name: N,
): Named<(typeof debugFlags)[number], N> {
  return debugFlags.find((flag) => flag.name === name) as Named<(typeof debugFlags)[number], N>;
}

const allNamespaces = {
  name: 'all-namespaces',
  short: 'A',
  type: 'bool',
  help: 'In all namespaces.',
  group: 'Selection',
} as const satisfies FlagSpec;

const selector = {
  name: 'selector',
  short: 'l',
  type: 'string',
  value: 'LABELS',
  help: 'Only in pods with these labels.',
  group: 'Selection',
  complete: 'none',
} as const satisfies FlagSpec;

/** The flags of `kubectl dbg ls`. */
export const lsFlags = [
  allNamespaces,
  selector,
  {
    name: 'watch',
    short: 'w',
    type: 'bool',
    help: 'After listing, print each session that changes, until interrupted.',
    group: 'Results',
  },
  {
    name: 'output',
    short: 'o',
    type: 'string',
    value: 'FORMAT',
    fallback: 'table',
    help: 'table, wide, json or name.',
    group: 'Results',
    complete: ['table', 'wide', 'json', 'name'],
  },
  ...globalFlags,
] as const;

/** The flags of `kubectl dbg attach`. */
export const attachFlags = [
  {
    name: 'stdin',
    short: 'i',
    type: 'bool',
    fallback: 'true on a terminal',
    help: 'Pass stdin to the program.',
    group: 'Session',
  },
  ofDebug('quiet'),
  ofDebug('detach-keys'),
  ofDebug('timeout'),
  ...globalFlags,
] as const;

/** The flags of `kubectl dbg logs`. */
export const logsFlags = [
  {
    name: 'follow',
    short: 'f',
    type: 'bool',
    help: 'Follow the log until the program ends, and exit with its code.',
    group: 'Session',
  },
  ...globalFlags,
] as const;

/** The flags of `kubectl dbg stop`. */
export const stopFlags = [...globalFlags] as const;

/** The flags of `kubectl dbg clean`. */
export const cleanFlags = [
  allNamespaces,
  selector,
  {
    name: 'older-than',
    type: 'string',
    value: 'DURATION',
    help: 'Delete only what is older than this, even if it is running.',
    group: 'Selection',
    complete: 'none',
  },
  { name: 'finished', type: 'bool', help: 'Delete only what has terminated.', group: 'Selection' },
  {
    name: 'foreign',
    type: 'bool',
    help: 'Also delete the debugging pods of kubectl and oc.',
    group: 'Selection',
  },
  {
    name: 'carriers',
    type: 'bool',
    help: 'List the pods that have terminated debug containers, with the command that recreates them; delete nothing.',
    group: 'Results',
  },
  { name: 'dry-run', type: 'bool', help: 'List what would be deleted; delete nothing.', group: 'Results' },
  { name: 'yes', short: 'y', type: 'bool', help: 'Do not ask for confirmation.', group: 'Results' },
  ...globalFlags,
] as const;
