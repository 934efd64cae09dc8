/*
 * The rooms of the packages' source, bottom up: the job of each, and what it may import. The lint rules, the diagrams
 * in docs/architecture.md and scripts/rooms.test.ts use this list.
 *
 * A room is a directory, or a file, below src/. Entry points are in no room and may import everything.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

const WIRE = 'kubectl-dbg-wire';
/** Node's modules with access to the outside. */
const OUTSIDE = ['node:fs*', 'node:net', 'node:http*', 'node:child_process'];

/** May import every room listed before it. */
const BELOW = Symbol('every room below');

export const CLIENT = complete({
  name: 'kubectl-dbg',
  directory: 'packages/kubectl-dbg/src',
  entries: ['index.ts', 'main.ts', 'bundle-main.ts', 'complete.ts'],
  support: ['testing', 'cases'],
  never: ['kube-sandbox'],
  rooms: [
    { room: 'version.ts', job: 'the version, which the build inserts', may: [] },
    { room: 'base', job: 'small pure helpers', may: [] },
    {
      room: 'model',
      job: 'values and their pure helpers: address, request, plan, outcome, event, failure',
      may: ['base'],
    },
    {
      room: 'cluster',
      job: 'a thin Kubernetes client: kubeconfig, credentials, HTTP/2, watch, remote commands',
      may: ['version.ts', 'base', 'model', WIRE],
    },
    {
      room: 'plan',
      job: 'pure functions: request and target to a `Plan` (writes, notices, clean-up)',
      may: ['base', 'model'],
      never: ['node:*'],
    },
    {
      room: 'targets',
      job: 'arguments and files to objects of the cluster (only reads)',
      may: ['base', 'model', 'cluster', 'plan'],
    },
    {
      room: 'doctor',
      job: 'data that was read (`collect`), `rules` (pure, one file per level), `judge` (cause and effects), rights',
      may: ['base', 'model', 'cluster'],
    },
    {
      room: 'session',
      job: 'a debug container from its write to its `Outcome`: `wait`, `terminal`, `stream`',
      may: ['base', 'model', 'cluster', 'doctor', WIRE],
    },
    {
      room: 'files',
      job: 'tar archives, and files to and from the local disk; nothing is trusted before it is checked',
      may: ['base', 'model', 'cluster'],
    },
    {
      room: 'report',
      job: 'results as JSON, JUnit, CSV, Markdown, HTML: pure functions',
      may: ['base', 'model'],
      never: OUTSIDE,
    },
    {
      room: 'operations',
      job: 'the commands as a library: plan, write, follow, clean up',
      may: BELOW,
      wire: true,
    },
    {
      room: 'cli',
      job: 'the command line: grammar, help, completion, commands, errors as text, exit codes',
      may: BELOW,
    },
    {
      room: 'launch',
      job: 'the process: prints `--version`, loads the rest when needed, real streams and clocks, every exit',
      may: BELOW,
    },
  ],
});

export const SANDBOX = complete({
  name: 'kube-sandbox',
  directory: 'packages/sandbox/src',
  entries: ['index.ts', 'main.ts'],
  support: ['testing'],
  never: ['kubectl-dbg', 'kubectl-dbg/**', '**/kubectl-dbg/**'],
  rooms: [
    {
      room: 'host',
      job: 'the machine: programs, processes, the structure of ELF files',
      may: [],
    },
    {
      room: 'machinery',
      job: 'common parts of the API: objects, Status errors, field errors, names, quantities, selectors',
      may: [WIRE],
    },
    {
      room: 'store',
      job: 'the only place where objects are kept: resourceVersions, events, their history',
      may: ['machinery'],
    },
    {
      room: 'cri',
      job: 'the interface of a container runtime to the kubelet: containers, images, the log format, streams',
      may: [WIRE],
    },
    { room: 'images', job: "images from the node's own files, or from archives", may: ['host', 'cri'] },
    {
      room: 'runtimes/runc',
      job: 'real containers: namespaces, cgroups, terminals; rootless if necessary',
      may: ['host', 'cri', 'images', WIRE],
    },
    {
      room: 'runtimes/simulated',
      job: 'scripted containers in this process, with their own shell and clock',
      may: ['cri', 'images', WIRE],
    },
    {
      room: 'resources',
      job: 'pure functions for each kind: schema, defaults, validation, table columns, whether a pod fits on a node',
      may: ['machinery', 'store'],
    },
    {
      room: 'admission',
      job: 'changes or refuses objects before they are stored: limits, quota, Pod Security, service accounts',
      may: ['machinery', 'store', 'resources'],
    },
    {
      room: 'auth',
      job: 'authentication and authorization: certificates, tokens, RBAC, impersonation, reviews',
      may: ['machinery', 'store', 'resources'],
    },
    {
      room: 'apiserver',
      job: 'requests and responses: `routing`, `read`, `write`, `patch`, `codecs`, `discovery`, `subresources`, `streams`',
      may: ['machinery', 'store', 'cri', 'resources', 'admission', 'auth', WIRE],
    },
    {
      room: 'kubelet',
      job: 'runs pods: `pod`, `container`, `volumes`, `probes`, `status`, `node`',
      may: ['machinery', 'store', 'cri', 'resources', 'auth', 'apiserver'],
    },
    {
      room: 'controllers',
      job: 'scheduler, workloads, endpoints, namespaces, garbage collection',
      may: ['machinery', 'store', 'resources', 'admission', 'apiserver'],
    },
    {
      room: 'faults',
      job: 'faults that tests inject, by the hooks of `apiserver` and around a runtime of `cri`',
      may: ['machinery', 'cri', 'apiserver'],
    },
    {
      room: 'setup',
      job: 'a new cluster: first objects, runtime, state directory, kubeconfig',
      may: BELOW,
    },
    {
      room: 'sandbox.ts',
      job: 'starts everything, and stops it in reverse order',
      may: BELOW,
    },
    { room: 'cli', job: '`kube-sandbox up`, `status`, `down`', may: ['host', 'setup', 'sandbox.ts'] },
  ],
});

/** Replaces BELOW by the names of the rooms. */
function complete(pkg) {
  const rooms = pkg.rooms.map(({ may, wire = false, ...room }, index) => ({
    ...room,
    may: may === BELOW ? [...pkg.rooms.slice(0, index).map((one) => one.room), ...(wire ? [WIRE] : [])] : may,
  }));
  return { ...pkg, rooms };
}

export const PACKAGES = [CLIENT, SANDBOX];

/** Whether a file is source code of the package: not a test, not used only by tests. */
export function isSource(file) {
  const parts = file.split('/');
  return (
    file.endsWith('.ts') &&
    !file.endsWith('.test.ts') &&
    !parts.includes('testing') &&
    !parts.includes('fixtures')
  );
}

/** The source files of a package, as paths relative to its directory. */
export function sourceFiles(root, { directory, support }) {
  return readdirSync(join(root, directory), { recursive: true })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => isSource(file) && !support.includes(file.split('/')[0]))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** The room of a file; for an entry point the file itself; undefined for a directory that is not listed. */
export function roomOf({ rooms, entries }, file) {
  if (entries.includes(file)) return file;
  return rooms.map(({ room }) => room).find((room) => file === room || file.startsWith(`${room}/`));
}

/** The imports of a file: paths relative to the package's directory, and names of other packages of the project. */
export function importsOf(root, { directory }, file) {
  const text = readFileSync(join(root, directory, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|\bimport\(\s*'([^']+)'|^import '([^']+)'/gm,
  );
  return [...found]
    .map((match) => match[1] ?? match[2] ?? match[3])
    .filter((name) => name.startsWith('.') || name === WIRE)
    .map((name) =>
      name === WIRE
        ? name
        : normalize(join(dirname(file), name))
            .split(sep)
            .join('/'),
    );
}

/** The import graph: from each room, or entry point, to the rooms it imports, with one example file. */
export function importGraph(root, pkg) {
  const graph = new Map();
  for (const file of sourceFiles(root, pkg)) {
    const from = roomOf(pkg, file);
    if (from === undefined)
      throw new Error(`${pkg.directory}/${file} is in no room that scripts/rooms.mjs lists`);
    const edges = graph.get(from) ?? new Map();
    graph.set(from, edges);
    for (const target of importsOf(root, pkg, file)) {
      const to = target === WIRE ? WIRE : (roomOf(pkg, target) ?? target);
      if (to !== from && !edges.has(to)) edges.set(to, `${file} imports ${target}`);
    }
  }
  return graph;
}

/** The lint rules of `.oxlintrc.json` that separate the rooms and restrict `process` to one room. */
export function lintOverrides() {
  const noProcess = {
    files: [`${CLIENT.directory}/**`],
    excludeFiles: PROCESS_OWNERS.map((owner) => `${CLIENT.directory}/${owner}`),
    rules: { 'no-restricted-globals': ['error', { name: 'process', message: PROCESS_MESSAGE }] },
  };
  return [...PACKAGES.flatMap((pkg) => roomRules(pkg)), noProcess];
}

const PROCESS_MESSAGE =
  'take what is needed of the process as a value: only launch has it (scripts/rooms.mjs)';
/** Files that may use `process`: the entry points and what they start. */
const PROCESS_OWNERS = ['launch/**', 'main.ts', 'bundle-main.ts', 'complete.ts'];

function roomRules({ directory, rooms, never }) {
  return rooms.map(({ room, may, never: own = [] }) => {
    const others = rooms.map((one) => one.room).filter((other) => other !== room && !may.includes(other));
    const allowed = may.length === 0 ? 'no other room' : `${may.join(', ')} only`;
    const isFile = room.endsWith('.ts');
    return {
      files: [isFile ? `${directory}/${room}` : `${directory}/${room}/**`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: [
                  ...others.map((other) => pattern(other)),
                  ...never,
                  ...(may.includes(WIRE) ? [] : [WIRE]),
                  ...own,
                  ...(directory === CLIENT.directory && room !== 'launch' ? ['node:process', 'process'] : []),
                ],
                message: `${room} may import ${allowed} (scripts/rooms.mjs)`,
              },
            ],
          },
        ],
      },
    };
  });
}

/** The import pattern of a room, for files at any depth. */
function pattern(room) {
  const name = room.split('/').at(-1);
  return name.endsWith('.ts') ? `**/${name}` : `**/${name}/**`;
}

/** The rooms in layers, and a table of them with their actual imports. */
export function drawRooms(root, pkg) {
  const graph = importGraph(root, pkg);
  const imports = (room) => pkg.rooms.map((one) => one.room).filter((other) => graph.get(room)?.has(other));
  const level = (room) => Math.max(0, ...imports(room).map((below) => level(below) + 1));
  const layers = [];
  for (const { room } of pkg.rooms) (layers[level(room)] ??= []).push(room);
  const entries = pkg.entries.filter((entry) => graph.has(entry));
  const drawing = [entries, ...layers.toReversed()].map((names) => `    ${names.join('   ')}`);
  const rows = pkg.rooms.toReversed().map(({ room, job }) => {
    const names = [...imports(room), ...(graph.get(room)?.has(WIRE) ? ['wire'] : [])];
    return `| \`${room}\` | ${job} | ${names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ')} |`;
  });
  return [...drawing, '', '| room | job | imports |', '| --- | --- | --- |', ...rows].join('\n');
}
