import { load } from 'js-yaml';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from '../src/apiserver/codecs/protobuf/index.ts';
import type { Answer } from './answer.ts';
import { compareEvents } from './compare-events.ts';
import { compareLog } from './compare-text.ts';
import { compareWebSocket } from './compare-websocket.ts';
import { isPod, podDifference } from './compare-pod.ts';
import { difference, show } from './difference.ts';
import { mask, maskText, withoutManagedFields } from './mask.ts';
import { compareEventLists, isEventList, sortedEvents } from './event-list.ts';
import type { Step } from './recording.ts';

/** Headers that a client acts upon; all others belong to the transport. */
const COMPARED_HEADERS = [
  'content-type',
  'warning',
  'retry-after',
  'allow',
  'upgrade',
  'sec-websocket-protocol',
  'x-stream-protocol-version',
  'cache-control',
  'vary',
  'accept-ranges',
];
/** A process that exits so soon after the attach may have exited before it. */
const SHORT_LIFE_MS = 1500;
/** Headers that must be present if they were recorded, with any value. */
const PRESENT_HEADERS = ['etag', 'audit-id'];

/** The first difference between a response and the recorded one; undefined if there is none. */
export function compareStep(step: Step, answer: Answer, isEndless = false): string | undefined {
  if (answer.problem !== undefined) return answer.problem;
  const { response } = step;
  if (isRacingAttach(step, answer) || isRacingLog(step, answer)) return undefined;
  if (answer.status !== response.status) {
    return `status: expected ${response.status}, got ${answer.status} ${show(answer.body)}`;
  }
  const header = compareHeaders(step, answer);
  if (header !== undefined) return header;
  if (response.websocket !== undefined) return compareWebSocket(step, answer);
  if (response.events !== undefined) return compareEvents(response.events, answer.events ?? [], step);
  if (response.chunks !== undefined) return compareLog(joined(step), answer.text ?? '', true);
  if (response.summary !== undefined) return undefined;
  return compareBody(step, answer, isEndless);
}

/** An attach to a container that is just exiting may return its output, nothing, or status 500. */
function isRacingAttach(step: Step, answer: Answer): boolean {
  const { status, websocket } = step.response;
  if (!step.request.path.includes('/attach?')) return false;
  const lasted = (websocket?.frames?.at(-1)?.at_ms ?? step.at_ms) - step.at_ms;
  const statuses = [status, answer.status].toSorted((a, b) => a - b).join(' ');
  return statuses === '101 500' && (websocket === undefined || lasted < SHORT_LIFE_MS);
}

/** A log request during the deletion of its pod: the container is removed a moment before the pod. */
function isRacingLog({ request, response }: Step, answer: Answer): boolean {
  if (!request.path.includes('/log') || typeof response.body !== 'string') return false;
  return response.body.startsWith('unable to retrieve container logs') && answer.status === 404;
}

function joined({ response }: Step): string {
  return (response.chunks ?? [])
    .map(({ data }) =>
      typeof data === 'string' ? data : Buffer.from(data.base64, 'base64').toString('utf8'),
    )
    .join('');
}

function compareHeaders({ response }: Step, { headers }: Answer): string | undefined {
  const recorded = response.headers ?? {};
  for (const name of COMPARED_HEADERS) {
    // A recording keeps only the headers relevant to its scenario: a missing one proves nothing.
    if (recorded[name] === undefined && name !== 'warning') continue;
    const found = difference(mask(recorded[name]), mask(headers[name]), `header ${name}`);
    if (found !== undefined) return found;
  }
  const lacking = PRESENT_HEADERS.find((name) => recorded[name] !== undefined && headers[name] === undefined);
  return lacking === undefined ? undefined : `header ${lacking}: expected, got nothing`;
}

function compareBody(step: Step, answer: Answer, isEndless: boolean): string | undefined {
  const body = isProtobuf(step) ? decodedProtobuf(step.response.body) : step.response.body;
  if (typeof body === 'string' && typeof answer.body === 'string' && body.startsWith('apiVersion: ')) {
    return compareYaml(body, answer.body);
  }
  if (typeof body === 'string' && (answer.body === undefined || typeof answer.body === 'string')) {
    if (body.startsWith('{')) return difference(maskText(body), maskText(answer.body ?? ''));
    return compareLog(body, answer.body ?? '', false, isEndless);
  }
  if (isBase64(body)) {
    return compareLog(
      Buffer.from(body.base64, 'base64').toString('utf8'),
      typeof answer.body === 'string' ? answer.body : '',
      false,
    );
  }
  if (isEventList(body) && isEventList(answer.body)) {
    return compareEventLists(sortedEvents(body), sortedEvents(answer.body));
  }
  const expected = mask(body);
  const got = mask(answer.body);
  if (isPod(expected) && isPod(got)) return podDifference(expected, got, '', step.until !== undefined);
  const found = difference(unordered(expected), unordered(got));
  // The status of a workload during a rollout depends on timing.
  const isLag = observed(expected) !== observed(got);
  return found === undefined || !isLag ? found : difference(withoutStatus(expected), withoutStatus(got));
}

function isProtobuf({ response }: Step): boolean {
  return response.headers?.['content-type'] === PROTOBUF_MEDIA_TYPE && isBase64(response.body);
}

/** Recorded protobuf as JSON, without the fields that the sandbox does not store. */
function decodedProtobuf(body: unknown): unknown {
  const { metadata, ...rest } = decodeProtobuf(Buffer.from((body as { base64: string }).base64, 'base64'));
  const { managedFields: _managedFields, ...kept } = (metadata ?? {}) as Record<string, unknown>;
  return { ...rest, metadata: kept };
}

/** Compares two YAML documents by value, because emitters wrap long lines differently. */
function compareYaml(recorded: string, own: string): string | undefined {
  const [expected, got] = [recorded, own].map((text) => mask(load(withoutManagedFields(text))));
  return isPod(expected) && isPod(got)
    ? podDifference(expected, got, '', false)
    : difference(unordered(expected), unordered(got));
}

/** The observed generation and replica counts of a workload. */
function observed(body: unknown): string {
  const { status = {} } = (body ?? {}) as { status?: Record<string, unknown> };
  const counts = Object.entries(status).filter(
    ([key, value]) => key.endsWith('eplicas') && value !== undefined,
  );
  const ordered = counts.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([status['observedGeneration'], ordered]);
}

function withoutStatus(body: unknown): unknown {
  const { status: _status, ...rest } = body as Record<string, unknown>;
  return rest;
}

/** The rules of a review are in the iteration order of a Go map, which is random. */
function unordered(body: unknown): unknown {
  const { status } = (body ?? {}) as { status?: Record<string, unknown> };
  if (status?.['resourceRules'] === undefined) return body;
  const sort = (list: unknown): unknown =>
    Array.isArray(list) ? list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list;
  const { resourceRules, nonResourceRules, ...rest } = status;
  const sorted = { ...rest, resourceRules: sort(resourceRules), nonResourceRules: sort(nonResourceRules) };
  return { ...(body as object), status: sorted };
}

function isBase64(body: unknown): body is { base64: string } {
  return (
    typeof body === 'object' && body !== null && typeof (body as { base64?: unknown }).base64 === 'string'
  );
}
