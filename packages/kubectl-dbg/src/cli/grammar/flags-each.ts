import { copyFlags } from './flags-copy.ts';
import { debugFlags } from './flags-debug.ts';
import { eachPaceFlags } from './flags-each-pace.ts';
import { eachResultFlags } from './flags-each-results.ts';
import { eachSelectionFlags } from './flags-each-selection.ts';
import { globalFlags } from './flags-global.ts';

/** Flags of the debug container and its rights with the same meaning as for one target. */
const SHARED = [
  'image',
  'image-pull-policy',
  'env',
  'env-from-target',
  'mounts-from-target',
  'mounts-rw',
  'arguments-only',
  'custom',
  'profile',
  'as-target',
  'run-as',
  'cap-add',
  'cap-drop',
  'privileged',
  'requests',
  'limits',
  'reason',
  'quiet',
] as const;

type DebugFlag = (typeof debugFlags)[number] | (typeof copyFlags)[number];

const shared = [...debugFlags, ...copyFlags].filter(
  (flag): flag is Extract<DebugFlag, { name: (typeof SHARED)[number] }> =>
    (SHARED as readonly string[]).includes(flag.name),
);

/** The global flags; --namespace may be repeated here. */
const global = globalFlags.filter(
  (flag): flag is Exclude<(typeof globalFlags)[number], { name: 'namespace' }> => flag.name !== 'namespace',
);

/** The flags of `kubectl dbg each`. */
export const eachFlags = [
  ...eachSelectionFlags,
  ...eachPaceFlags,
  ...eachResultFlags,
  ...shared,
  ...global,
] as const;
