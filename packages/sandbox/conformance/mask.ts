/*
 * Values that differ from run to run are replaced by placeholders, both in the recording and in our response, so that
 * the two can be compared by value.
 */

/** Values of these fields are replaced at any depth, if they have the expected format. */
const FIELDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  uid: shape(/^[0-9a-f-]{36}$/, '<uid>'),
  resourceVersion: shape(/^\d+$/, '<version>'),
  continue: shape(/^[\w-]+=*$/, '<continue>'),
  etag: shape(/^"[0-9A-F]+"$/, '<etag>'),
  'pod-template-hash': shape(/^[\w]+$/, '<hash>'),
  'controller-revision-hash': shape(/^[\w-]+$/, '<hash>'),
  'batch.kubernetes.io/controller-uid': shape(/^[0-9a-f-]{36}$/, '<uid>'),
  'controller-uid': shape(/^[0-9a-f-]{36}$/, '<uid>'),
  serverAddress: shape(/^[\d.]+:\d+$/, '<address>'),
  podIP: shape(/^[\d.]+$/, '<ip>'),
  hostIP: shape(/^[\d.]+$/, '<ip>'),
  ip: shape(/^[\d.]+$/, '<ip>'),
  address: shape(/^[\d.]+$/, '<ip>'),
  clusterIP: shape(/^[\d.]+$/, '<ip>'),
  gitCommit: shape(/./, '<commit>'),
  buildDate: shape(/./, '<time>'),
  goVersion: shape(/^go/, '<go>'),
  kernelVersion: shape(/./, '<kernel>'),
  osImage: shape(/./, '<os>'),
  containerRuntimeVersion: shape(/./, '<runtime>'),
  storageVersionHash: (value) => (typeof value === 'string' ? '<hash>' : value),
  // Depend on the machine.
  capacity: (value) => amounts(value),
  allocatable: (value) => amounts(value),
  images: () => '<images>',
};

function shape(pattern: RegExp, token: string): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' && pattern.test(value) ? token : value);
}

function amounts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('ephemeral-storage' in value)) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, '<amount>']));
}

// oxlint-disable-next-line no-control-regex -- terminals are controlled by such characters
const REDRAWN_PROMPT = /\r[^\r\n]*\u001B\[J/g;

// oxlint-disable-next-line no-control-regex -- terminals are controlled by such characters
const CURSOR_QUERY = /\u001B\[6n/g;

/** Replacements in every text, applied in this order. */
const TEXTS: readonly (readonly [pattern: RegExp, token: string])[] = [
  [/X509SHA256=[0-9a-f]{64}/g, 'X509SHA256=<fingerprint>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\?hash=[0-9A-F]+/g, '?hash=<hash>'],
  [/\.[0-9a-f]{16}\b/g, '.<event>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?\b/g, '<ip>'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, '-<hash>-<drawn>'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(?=-?(?:$|[^\w-]))/g, '-<hash>'],
  // The status of a container that is about to start may not have been written yet.
  [
    /container "[^"]*" in pod "[^"]*" is (?:not available|waiting to start: ContainerCreating)/g,
    'container is <starting>',
  ],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, '-<drawn>'],
  [/(?<=a{10,})[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, '<drawn>'],
  [/(Bad_)[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, '$1<drawn>'],
  [/(?<=precondition \(|record \(|resource version: |current: )\d+/g, '<version>'],
  [/\b\d+(?:\.\d+)?(?:ms|µs|s)\b(?= \(|\.| including)/g, '<duration>'],
  [/(?<=Image size: )\d+/g, '<size>'],
  [/(?<=in )\d+(?:\.\d+)?m?s(?= \()/g, '<duration>'],
  [/(?<=back-off )(?:\d+m)?\d+s/g, '<duration>'],
  // The address of the registry depends on the node.
  [/(?<=HEAD request to )\S+(?=: )/g, '<registry>'],
  // The node's capacity and usage.
  [/(?<=, used: )\d+, capacity: \d+/g, '<amount>, capacity: <amount>'],
  [/(?<=in request with )\d+(?= headers)/g, '<n>'],
  // A shell redraws its prompt when it receives the terminal size after having drawn it.
  [REDRAWN_PROMPT, ''],
  // It asks the terminal for the cursor position unless input is pending.
  [CURSOR_QUERY, ''],
  // The host's BusyBox may have another version; older ones show an applet run by the shell as `{ps} sh`.
  [/BusyBox v[^\r\n]* built-in shell/g, 'BusyBox <version> built-in shell'],
  [/^(?: *\d+ )(\S+ +)(?:\{(\w+)\} .*|(.*))$/gm, '<pid> $1$2$3'],
];

/** Ages in cells of a Table: `39m`, `2s`, `5m10s`, `1 (2s ago)`. */
const AGE = /^(?:\d+[smhdy]){1,2}$|^<invalid>$/;

export function maskText(text: string): string {
  let masked = text;
  for (const [pattern, token] of TEXTS) masked = masked.replaceAll(pattern, token);
  return masked;
}

/** Recorded JSON lacks `managedFields`, which the sandbox does not store; recorded YAML has them. */
export function withoutManagedFields(yaml: string): string {
  return yaml.replaceAll(/^( *)managedFields:\n(?:\1[- ] .*\n)*/gm, '');
}

/** A JSON value with everything variable replaced. */
export function mask(value: unknown, field = ''): unknown {
  const replaced = FIELDS[field]?.(value) ?? value;
  if (replaced !== value) return replaced;
  if (typeof value === 'string') return field === 'cells' ? maskCell(value) : maskText(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => mask(item, field === 'cells' ? field : ''));
    return field === 'cells' ? maskRestarts(items) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(withoutMachine(value))
      .filter(([key, member]) => !(key === 'resources' && 'phase' in value && isCgroupNoise(member)))
      .map(([key, member]) => [maskText(key), mask(member, key)]),
  );
}

/** Columns of a Table of nodes that describe the machine, not Kubernetes. */
const MACHINE_COLUMNS: Readonly<Record<string, string>> = {
  'OS-Image': '<os>',
  'Kernel-Version': '<kernel>',
  'Container-Runtime': '<runtime>',
};

/** Replaces the machine-dependent cells of a Table; returns anything else unchanged. */
function withoutMachine(value: object): object {
  const { columnDefinitions, rows } = value as { columnDefinitions?: unknown; rows?: unknown };
  if (!Array.isArray(columnDefinitions) || !Array.isArray(rows)) return value;
  const columns = columnDefinitions as { name: string }[];
  const replaced = (rows as { cells?: unknown[] }[]).map((row) => ({
    ...row,
    ...(row.cells && {
      cells: row.cells.map((cell, index) => MACHINE_COLUMNS[columns[index]?.name ?? ''] ?? cell),
    }),
  }));
  return { ...value, rows: replaced };
}

/** A kubelet occasionally reports no resources for a pod, or the "limit" of a cgroup without one. */
function isCgroupNoise(resources: unknown): boolean {
  const text = JSON.stringify(resources);
  return text === '{}' || text === '{"limits":{"memory":"9007199254740988Ki"}}';
}

/** A pod in a crash loop is running and ready some of the time. */
function maskRestarts(cells: unknown[]): unknown[] {
  const isRestarting = cells.includes('<n> (<age> ago)');
  return isRestarting
    ? cells.map((cell, index) => (index === 1 || index === 2 ? '<restarting>' : cell))
    : cells;
}

function maskCell(text: string): string {
  if (AGE.test(text)) return '<age>';
  // The restart count of a container in a crash loop, and which of its two states is seen, are chance.
  if (text === 'Error' || text === 'CrashLoopBackOff') return '<crashing>';
  return maskText(text.replace(/\d+ \((?:\d+[smhd])+ ago\)/, '<n> (<age> ago)'));
}
