import type { EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import { isDeepStrictEqual } from 'node:util';
import { pause } from '../../base/timer.ts';
import { ApiStatusError } from '../../cluster/api-status-error.ts';
import { explainApiError } from '../../cluster/explain-api-error.ts';
import { isOtherUid } from '../../cluster/other-uid.ts';
import type { Cluster, Query } from '../../cluster/types.ts';
import { DbgError } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failures/index.ts';
import { statusCodeOf } from '../../session/status-code.ts';
import { findCreated } from './find-created.ts';

/** One write of a plan. */
export interface ApiWrite {
  verb: 'create' | 'patch' | 'delete';
  path: string;
  contentType: string;
  body: unknown;
}

/** How a write is sent. */
export interface WriteOptions {
  /** The server validates and defaults everything, but stores nothing (`dryRun=All`). */
  dryRun?: boolean;
  /** A patch whose container has a generated name, so sending it twice has the same effect as once. */
  repeatable?: boolean;
  /** The session whose mark a created pod gets. */
  session?: string;
}

const METHODS = { create: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

/** How often a write is sent if other writes conflict with it. */
const MAX_TRIES = 5;

/** How often a write is sent if there is no response, or a server error. */
const MAX_UNANSWERED = 2;

/** The first pause (ms) before a retry; it doubles. */
const FIRST_PAUSE_MS = 100;

/**
 * Sends one write and returns the server's response. If the response is lost, the state in the cluster shows whether the
 * write was executed: a pod has the session's mark, a container is compared with what was sent, a deletion names the uid.
 */
export async function applyWrite(
  cluster: Pick<Cluster, 'request'>,
  write: ApiWrite,
  signal: AbortSignal,
  { dryRun = false, repeatable = false, session }: WriteOptions = {},
): Promise<Pod> {
  const query: Query = dryRun ? { dryRun: 'All' } : {};
  for (let tries = 1; ; tries += 1) {
    try {
      return await cluster.request<Pod>({
        method: METHODS[write.verb],
        path: write.path,
        query,
        body: write.body,
        contentType: write.contentType,
        idempotent: dryRun || repeatable || write.verb === 'delete',
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (isOtherUid(error)) throw replaced(write, error);
      if (isConflict(write, error) && tries < MAX_TRIES) {
        await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), signal);
        continue;
      }
      // A retry that finds the pod of the first request, which arrived late.
      const met = write.verb === 'create' && tries > 1 && statusCodeOf(error) === 409;
      if (dryRun || write.verb === 'delete' || (!mayHaveHappened(error) && !met)) throw error;
      const found = await settle(cluster, write, session, signal).catch((unsettled: unknown) => {
        signal.throwIfAborted();
        throw isAnothers(unsettled) ? unsettled : unknownWhether(error, write);
      });
      if (found !== undefined) return found;
      // The write did not arrive; a server that does not respond will not accept the next one either.
      if (tries >= MAX_UNANSWERED || isSilence(error)) throw unknownWhether(error, write);
      await pause(FIRST_PAUSE_MS, signal);
    }
  }
}

/** A proxy has waited for too long, for whichever side. */
const REQUEST_TIMEOUT = 408;

function isSilence(error: unknown): boolean {
  if (!(error instanceof DbgError)) return false;
  return (
    error.kind === 'deadline' || (error.cause as { code?: unknown } | undefined)?.code === 'ANSWER_TIMEOUT'
  );
}

function isAnothers(error: unknown): boolean {
  return error instanceof DbgError && error.kind === 'refused';
}

/** Another write came in between: the same write may be sent again, because a patch names only what it adds. */
function isConflict({ verb }: ApiWrite, error: unknown): boolean {
  return verb === 'patch' && error instanceof ApiStatusError && error.code === 409;
}

/**
 * Whether a failed write may have been executed: there was no response, or one of a failing server or proxy, or one that
 * violates the API. 429 is flow control, which rejects a request before it is processed.
 */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof ApiStatusError) return error.code >= 500 || error.code === REQUEST_TIMEOUT;
  return error instanceof DbgError && ['unreachable', 'lost', 'deadline', 'protocol'].includes(error.kind);
}

/** The object of a write without a response; undefined if the write did not arrive and may be repeated. */
async function settle(
  cluster: Pick<Cluster, 'request'>,
  write: ApiWrite,
  session: string | undefined,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  if (write.verb === 'patch') return await settlePatch(cluster, write, signal);
  const name = (write.body as Pod).metadata?.name;
  if (session === undefined) throw new Error("a pod without a mark could be anybody's");
  const found = await findCreated(cluster, write.path, name, session, signal);
  if (found.kind === 'ours') return found.pod;
  if (found.kind === 'none') return undefined;
  const pod = name ?? '';
  throw new DbgError('refused', 'PodNameTaken', `there is another pod ${pod}: the new one was not created`, {
    pod,
  });
}

/** A container of the sent name is ours if it equals what we sent: our names are random, out of 14 million. */
async function settlePatch(
  cluster: Pick<Cluster, 'request'>,
  write: ApiWrite,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const path = write.path.replace(/\/ephemeralcontainers$/, '');
  const pod = await cluster.request<Pod>({ method: 'GET', path, signal });
  for (const sent of addedContainers(write)) {
    const found = pod.spec?.ephemeralContainers?.find(({ name }) => name === sent.name);
    if (found === undefined) return undefined;
    if (contains(found, sent)) continue;
    throw new DbgError(
      'refused',
      'ContainerAddedByAnother',
      `pod ${pod.metadata?.name ?? ''} got another container "${sent.name}": ours was not added`,
      { pod: pod.metadata?.name ?? '', container: sent.name },
    );
  }
  return pod;
}

/** The ephemeral containers that a patch adds. */
export function addedContainers({ body }: Pick<ApiWrite, 'body'>): EphemeralContainer[] {
  const { spec } = body as { spec?: { ephemeralContainers?: (EphemeralContainer & { $patch?: string })[] } };
  return spec?.ephemeralContainers ?? [];
}

/** Whether an object of the server contains everything that was sent; it may have defaults in addition. */
function contains(found: unknown, sent: unknown): boolean {
  if (Array.isArray(sent)) {
    return (
      Array.isArray(found) &&
      sent.length <= found.length &&
      sent.every((part, at) => contains(found[at], part))
    );
  }
  if (typeof sent !== 'object' || sent === null) return isDeepStrictEqual(found, sent);
  if (typeof found !== 'object' || found === null) return Object.keys(sent).length === 0;
  return Object.entries(sent).every(([key, value]) =>
    contains((found as Record<string, unknown>)[key], value),
  );
}

/** The original pod was deleted; another pod has its name. */
function replaced({ path }: ApiWrite, cause: unknown): DbgError {
  const [, namespace = '', pod = ''] = /namespaces\/([^/]+)\/pods\/([^/]+)/.exec(path) ?? [];
  const address = { namespace: decodeURIComponent(namespace), pod: decodeURIComponent(pod) };
  return new DbgError(
    'notFound',
    'PodReplaced',
    `pod ${address.namespace}/${address.pod} was deleted, and another pod has its name: nothing was written to that`,
    address,
    { cause },
  );
}

/** It is unknown whether it exists: the reader should check. */
function unknownWhether(error: unknown, { verb, body, path }: ApiWrite): unknown {
  if (!(error instanceof ApiStatusError) && !(error instanceof DbgError)) return error;
  const [, namespace = '', , pod = ''] = /namespaces\/([^/]+)\/pods(\/([^/]+))?/.exec(path) ?? [];
  const name = (body as Pod).metadata?.name ?? decodeURIComponent(pod);
  const kind = verb === 'create' ? 'pod' : 'container';
  const object = { kind, namespace: decodeURIComponent(namespace), pod: name } as const;
  const options = { cause: error, remains: { object, sure: false } };
  const action = verb === 'create' ? 'create the pod' : 'add the debug container';
  const explained = error instanceof DbgError ? error : explainApiError(error, { action });
  const message = error instanceof DbgError ? `cannot ${action}: ${error.message}` : explained.message;
  return new DbgError<FailureCode>(explained.kind, explained.code, message, explained.facts, options);
}
