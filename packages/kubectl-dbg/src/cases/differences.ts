import { readFileSync } from 'node:fs';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { Case } from './cases.ts';

/** The outcome of a case, as data: the object built, or a refusal with its message. */
export interface CaseOutcome {
  error?: string;
  [field: string]: unknown;
}

/** One row of the table in docs/differences.md. */
export interface DifferenceRow {
  code: string;
  /** Ids of cases, or of suites for all their cases. */
  cases: string[];
  /** Ids of cases of those suites to exclude. */
  except: string[];
}

/** The rows of the table, from the document itself. */
export const differences: readonly DifferenceRow[] = readFileSync(
  new URL('../../../../docs/differences.md', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [cases = '', except = ''] = (cells[5] ?? '').split(' except ');
    return { code: (cells[1] ?? '').replaceAll('`', ''), cases: quoted(cases), except: quoted(except) };
  });

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** Codes of the differences that concern a case, in the table's order. */
export function differencesOf(suite: string, id: string): string[] {
  return differences
    .filter(({ cases, except }) => (cases.includes(suite) || cases.includes(id)) && !except.includes(id))
    .map(({ code }) => code);
}

type Transform = (expected: CaseOutcome, given: Case) => CaseOutcome;

/** How each difference changes kubectl's outcome. */
export const transforms: Record<string, Transform> = {
  'target-chosen': (expected, given) => {
    if ('writes' in expected) {
      const { spec } = given['object'] as Pod;
      return withContainer(expected, { targetContainerName: spec?.containers[0]?.name });
    }
    const container = { ...(expected['container'] as object), targetContainerName: firstContainer(given) };
    return { ...expected, container };
  },
  'restart-never': (expected) =>
    'writes' in expected
      ? withBody(expected, (body) => ({
          ...body,
          spec: { ...(body.spec as PodSpec), restartPolicy: 'Never' },
        }))
      : { ...expected, pod: withSpec(expected, { restartPolicy: 'Never' }) },
  'stdin-once': (expected) => withContainer(expected, { stdinOnce: true }),
  'replace-late': (expected, given) => {
    const [create, remove] = expected['writes'] as RecordedWrite[];
    const { uid } = (given['object'] as Pod).metadata ?? {};
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
    return { ...expected, writes: [create, { ...remove, body }] };
  },
  'bound-to-uid': (expected, given) => {
    const { uid } = (given['object'] as Pod).metadata ?? {};
    return withBody(expected, (body) => ({ ...body, metadata: uid === undefined ? {} : { uid } }));
  },
  'names-checked': (_, given) => ({ error: NAME_REFUSALS[given.id] ?? '' }),
  'target-checked': () => ({ error: 'container "nosuch" is not in pod rec183/p' }),
  'sidecars-stay': (expected, given) => {
    const { spec } = given['inputPod'] as Pod;
    const initContainers = (spec?.initContainers ?? []).filter(
      ({ restartPolicy }) => restartPolicy === 'Always',
    );
    return { ...expected, pod: withSpec(expected, { initContainers }) };
  },
  'keep-labels-legacy': (expected, given) => {
    const pod = expected['pod'] as Pod;
    const { labels } = (given['inputPod'] as Pod).metadata ?? {};
    return { ...expected, pod: { ...pod, metadata: { ...pod.metadata, labels } } };
  },
  'custom-init': () => ({ initArgs: ['x'] }),
  'node-flags': (_, given) => ({
    error: `--${given.id === 'node-more/target-ignored' ? 'target' : 'copy-to'} has no meaning for a node`,
  }),
  'unknown-container': (_, given) => ({
    error: UNKNOWN_CONTAINERS[given.id] ?? 'you must specify image when creating new container',
  }),
  'attach-default': (expected) =>
    'options' in expected
      ? { options: { ...(expected['options'] as object), attach: true } }
      : { ...expected, attach: true },
  'default-image': (_, given) => defaultImageOutcome(given.id),
  'command-words': (expected, given) =>
    given.id === 'resolve/two-words'
      ? { error: '"pod mypod" names no target' }
      : { options: { ...(expected['options'] as object), targets: ['mypod1'], args: ['mypod2'] } },
  'no-discovery': (_, given) => {
    const type = String((given['words'] as string[])[0]).split('/')[0];
    return { error: `"${type}" is not a type that can be debugged` };
  },
  lists: () => ({ patch: ['default/pods/mypod'] }),
  workloads: (expected) => ({ get: expected['get'] }),
};

/** The outcome of the cases without an image, given a default image. */
function defaultImageOutcome(id: string): CaseOutcome {
  const options = {
    targets: ['mypod'],
    args: [] as string[],
    attach: true,
    stdin: false,
    tty: false,
    image: 'default-image',
    container: '',
    copyTo: '',
    setImages: {},
    env: [],
    pullPolicy: '',
    profile: 'general',
    keepLabels: false,
    keepAnnotations: false,
    keepLiveness: false,
    keepReadiness: false,
    keepStartup: false,
    keepInitContainers: true,
    shareProcesses: true,
  };
  switch (id) {
    case 'parse/no-image-with-command':
      return { options: { ...options, args: ['echo', '1', '2'] } };
    case 'parse/node-no-image':
      return { options: { ...options, targets: ['node/mynode'], stdin: true, tty: true } };
    case 'parse/node-target-flag':
      return { error: '--target has no meaning for a node' };
    case 'validate/nothing':
      return { error: 'NAME or filename is required for debug' };
    default:
      return { options };
  }
}

/** A recorded request of kubectl. */
export interface RecordedWrite {
  method: string;
  path: string;
  body?: unknown;
}

const NAME_REFUSALS: Record<string, string> = {
  'kubectl-debug-attach-false/2': 'pod rec159/p already has a container "dbg"',
  'kubectl-debug-copy-errors/4': 'invalid pod name "Bad_Name"',
  'kubectl-debug-errors/3': 'pod rec183/p already has a container "main"',
};

const UNKNOWN_CONTAINERS: Record<string, string> = {
  'copy-more/set-image-unknown-name': 'container "nope" of --set-image is not in pod default/mypod',
  'kubectl-debug-copy-errors/2': 'container "nosuch" of --set-image is not in pod rec179/p',
};

function withBody(expected: CaseOutcome, change: (body: Pod) => Pod): CaseOutcome {
  const [first, ...rest] = expected['writes'] as RecordedWrite[];
  return { ...expected, writes: [{ ...first, body: change(first?.body as Pod) }, ...rest] };
}

/** Changes the debug container of a write: the new ephemeral one, or the copy's or node pod's last. */
function withContainer(expected: CaseOutcome, fields: object): CaseOutcome {
  return withBody(expected, (body) => {
    const list = body.spec?.ephemeralContainers === undefined ? 'containers' : 'ephemeralContainers';
    const containers: readonly Container[] = body.spec?.[list] ?? [];
    // A copy's changed container may be at any index: it is the one that reads stdin, otherwise the last.
    const meant = containers.find(({ stdin }) => stdin === true) ?? containers.at(-1);
    const changed = containers.map((container) =>
      container === meant ? { ...container, ...fields } : container,
    );
    return { ...body, spec: { ...body.spec, [list]: changed } as PodSpec };
  });
}

function firstContainer(given: Case): string | undefined {
  return (given['inputPod'] as Pod).spec?.containers[0]?.name;
}

function withSpec(expected: CaseOutcome, change: Partial<PodSpec>): Pod {
  const pod = expected['pod'] as Pod;
  return { ...pod, spec: { ...(pod.spec as PodSpec), ...change } };
}

/** An object without apiVersion and kind, which the cases leave out. */
export function withoutType<T extends Pod | Container>(object: T): T {
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    ...rest
  } = object as T & { apiVersion?: string; kind?: string };
  return rest as unknown as T;
}
