import type { Cluster } from '../../cluster/index.ts';
import { collect, collectAll, type Collected } from '../../doctor/collect/collect.ts';
import type { Diagnosis, DiagnosisTarget, RightAnswer } from '../../doctor/finding.ts';
import { judge } from '../../doctor/judge/judge.ts';
import type { Evidence } from '../../doctor/evidence.ts';
import type { Right } from '../../model/right.ts';
import { Reader } from '../../doctor/reader.ts';
import { askRights } from '../../doctor/rights.ts';
import { type FollowUpCommands, PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import { explainRefusals } from '../explain-refusals.ts';
import { admittedProfiles } from './admitted-profiles.ts';
import { parseDiagnosisTargets } from './parse-targets.ts';

/** One request takes no longer than this, and the whole not much longer: a slow answer shortens the diagnosis. */
const REQUEST_TIMEOUT_MS = 4000;

/** Pages of a list, of 500 objects each. */
const PAGES = 20;

/** What is to be diagnosed. */
export interface DiagnoseRequest {
  /** `web`, `deploy/web`, `svc/web`, `node/n1`...; none: the whole namespace. */
  targets?: readonly string[];
  /** Of the target words; default: the cluster's own. */
  namespace?: string;
  /** Pods with these labels. */
  selector?: string;
  allNamespaces?: boolean;
  /** Read the last lines of containers that died. Default true. */
  logs?: boolean;
  /** Ask what this user may do, too. */
  rights?: boolean;
}

/** An event during a diagnosis. */
export type DiagnoseEvent = { kind: 'collected'; target: DiagnosisTarget; evidence: Evidence };

/** Options of a diagnosis. */
export interface DiagnoseOptions {
  signal?: AbortSignal;
  /** Called with collected evidence as it arrives. */
  on?: (event: DiagnoseEvent) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Creates the commands of next steps. Default: commands without any flag. */
  commands?: FollowUpCommands;
  /** Milliseconds for one request. Default 4000. */
  requestTimeout?: number;
}

/** The answers, and what is needed to ask for rights. */
export interface Diagnoses {
  items: Diagnosis[];
  /** Rights without which something could not be read. */
  unreadNeeds: Right[];
  /** Missing rights for each debugging task; empty without `rights`. */
  missing: ReadonlyMap<string, readonly Right[]>;
  /** The user's name on the server. */
  user: string | undefined;
}

/**
 * Finds out what is wrong with pods, workloads, Services, claims, nodes or a namespace. Only reads.
 *
 * Throws DbgError if a target is malformed or does not exist, or if the server can't be reached. What the user may not
 * read is listed in `notChecked`.
 *
 * @example
 * const { items } = await diagnose(cluster, { targets: ['pod/mypod'] });
 * for (const { findings } of items) for (const { title } of findings) console.log(title);
 */
export async function diagnose(
  cluster: Cluster,
  request: DiagnoseRequest,
  options: DiagnoseOptions = {},
): Promise<Diagnoses> {
  const { signal = new AbortController().signal } = options;
  return await explainRefusals(cluster, signal, () => readAndJudge(cluster, request, { ...options, signal }));
}

async function readAndJudge(
  cluster: Cluster,
  request: DiagnoseRequest,
  options: DiagnoseOptions & { signal: AbortSignal },
): Promise<Diagnoses> {
  const {
    signal,
    on,
    now = Date.now,
    commands = PLAIN_COMMANDS,
    requestTimeout = REQUEST_TIMEOUT_MS,
  } = options;
  const namespace = request.namespace ?? cluster.namespace;
  const targets = parseDiagnosisTargets(request, namespace);
  const reader = () => new Reader(cluster, { signal, requestTimeout, pages: PAGES });
  const collectOptions = { now: now(), logs: request.logs ?? true };
  const readers: Reader[] = [];
  const collected: { target: DiagnosisTarget; result: Collected }[] = [];
  if (request.allNamespaces === true && targets.length === 0) {
    const own = reader();
    readers.push(own);
    for (const result of await collectAll(own, request.selector, collectOptions)) {
      collected.push({ target: namespaceTarget(result.evidence.namespace, request.selector), result });
    }
  } else {
    const wanted = targets.length > 0 ? targets : [namespaceTarget(namespace, request.selector)];
    const results = await Promise.all(
      wanted.map(async (target) => {
        const own = reader();
        readers.push(own);
        return { target, result: await collect(own, target, collectOptions) };
      }),
    );
    collected.push(...results);
  }
  const rights = request.rights === true ? await askRights(cluster, namespace, signal) : undefined;
  const answers: RightAnswer[] =
    rights === undefined ? [] : [...rights.answers, ...(await admittedProfiles(cluster, namespace, signal))];
  const items = collected.map(({ target, result }) => {
    on?.({ kind: 'collected', target, evidence: result.evidence });
    return judge(target, result.evidence, { essential: result.essential, rights: answers, commands });
  });
  return {
    items,
    unreadNeeds: readers.flatMap(({ needs }) => needs),
    missing: rights?.missing ?? new Map<string, Right[]>(),
    user: rights?.user,
  };
}

function namespaceTarget(namespace: string, selector: string | undefined): DiagnosisTarget {
  return selector === undefined
    ? { kind: 'Namespace', name: namespace }
    : { kind: 'Pods', namespace, selector };
}
