import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import { planCopy } from '../plan/copy.ts';
import { planEphemeral } from '../plan/ephemeral.ts';
import { manifestNamespace, readManifest } from '../targets/manifest.ts';
import { planNode } from '../plan/node.ts';
import type { Plan, Write } from '../model/plan.ts';
import { runCases, type Case } from './cases.ts';
import type { CaseOutcome, RecordedWrite } from './differences.ts';
import { countingDraw, refusalOr, requestOf } from './run-request.ts';

/** Splits a command like a shell: single quotes preserve spaces. */
function shellWords(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** The object that kubectl read from the server, or from its -f file. */
async function objectOf(given: Case, filename: readonly string[] | undefined): Promise<Pod | Node> {
  const [name] = filename ?? [];
  if (name === undefined) return given['object'] as Pod | Node;
  const [entry] = await readManifest((given['files'] as Record<string, string>)[name] ?? '', name);
  if (entry === undefined) throw new Error(`${given.id}: no object in ${name}`);
  const namespace = manifestNamespace(entry, given['namespace'] as string, false);
  return { ...entry.object, metadata: { ...entry.object.metadata, namespace } } as Pod;
}

async function planCommand(given: Case): Promise<Plan> {
  const [, , ...argv] = shellWords(given['command'] as string);
  const parsed = parse(argv);
  const object = await objectOf(given, parsed.options.filename);
  const request = requestOf(parsed);
  const draw = countingDraw();
  if (object.kind === 'Node') return planNode(request, object, given['namespace'] as string, draw);
  if (request.copy !== undefined) return planCopy(request, object as Pod, draw);
  return planEphemeral(request, object as Pod, draw);
}

const METHODS: Record<Write['verb'], string> = { create: 'POST', patch: 'PATCH', delete: 'DELETE' };

/** Writes without random name suffixes and without the empty fields that Go's types marshal. */
function comparable(writes: readonly RecordedWrite[]): RecordedWrite[] {
  const text = JSON.stringify(writes, (key, value: unknown) => {
    if (value === null || (['resources', 'status'].includes(key) && isEmpty(value))) return undefined;
    return value;
  }).replaceAll(/debugger(-vm)?-[a-z0-9]{5}/g, 'debugger$1-?????');
  return (JSON.parse(text) as RecordedWrite[]).map(withoutNodePodNamespace);
}

/** kubectl sets a node pod's namespace only in the path of the request. */
function withoutNodePodNamespace(write: RecordedWrite): RecordedWrite {
  const pod = write.body as Pod | undefined;
  if (pod?.metadata?.name?.startsWith('node-debugger-') !== true) return write;
  const { namespace: _namespace, ...metadata } = pod.metadata;
  return { ...write, body: { ...pod, metadata } };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

runCases(
  'recorded-writes',
  (given) => ({ writes: comparable(given['writes'] as RecordedWrite[]) }),
  (given): Promise<CaseOutcome> =>
    refusalOr(async () => {
      const { writes } = await planCommand(given);
      return {
        writes: comparable(writes.map(({ verb, path, body }) => ({ method: METHODS[verb], path, body }))),
      };
    }),
);
