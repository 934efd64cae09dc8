import { pipeline } from 'node:stream/promises';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { KubeletError } from '../node-agent.ts';
import type { LogOptions } from '../../cri/remote-process.ts';
import { forbidden, invalid, invalidObject } from '../../machinery/field-errors.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, internalError, notAcceptable } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { negotiate } from '../codecs/negotiate.ts';
import { readInteger } from '../options.ts';
import { isTrue } from '../routing/request-info.ts';
import { readNamed } from '../read/read-handler.ts';
import { PRODUCES_LOGS, routeAccept } from '../routing/route-match.ts';
import { type FieldError, StatusError } from '../../machinery/status-error.ts';
import { chooseContainer } from '../streams/container-choice.ts';

const GO_RFC3339 = '2006-01-02T15:04:05Z07:00';
/** Serves a container's log as plain text. */
export async function serveLog(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  checkAccept(exchange);
  const { info, query } = exchange;
  const pod = readNamed(exchange, api, resource) as unknown as Pod;
  const options = readLogOptions(query, info.name);
  const container = chooseContainer(pod, query.get('container') ?? '');
  if ((pod.spec?.nodeName ?? '') === '') {
    exchange.send(204, '', {});
    return;
  }
  const { node } = api;
  if (node === undefined) throw internalError('no kubelet is connected');
  const log = await node
    .logs(info.namespace, info.name, container, options, exchange.signal)
    .catch((error: unknown) => Promise.reject(fromKubelet(error)));
  exchange.begin(200, { 'content-type': 'text/plain' });
  // A disconnect of the client is not an error.
  await pipeline(log, exchange.response).catch(() => exchange.response.destroy());
}

/** An error of the kubelet, as the API server returns it. */
function fromKubelet(error: unknown): unknown {
  if (!(error instanceof KubeletError)) return error;
  if (error.status === 400) return badRequest(error.message);
  if (error.status === 404) {
    return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {
      causes: [{ reason: 'UnexpectedServerResponse', message: error.message }],
    });
  }
  return internalError(error.message);
}

function checkAccept(exchange: Exchange): void {
  const { accept } = exchange.headers;
  routeAccept(accept, PRODUCES_LOGS);
  if (accept !== undefined && /^text\/plain$/.test(accept.trim())) {
    throw notAcceptable(
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  }
  negotiate(accept);
}

function readLogOptions(query: URLSearchParams, pod: string): LogOptions {
  const tailLines = readInteger(query.get('tailLines'));
  const limitBytes = readInteger(query.get('limitBytes'));
  const sinceSeconds = readInteger(query.get('sinceSeconds'));
  const sinceTime = readTime(query.get('sinceTime'));
  const errors: FieldError[] = [];
  if (limitBytes !== undefined && limitBytes < 1) {
    errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  }
  if (query.has('stream')) errors.push(forbidden('stream', 'may not be specified'));
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  }
  if (errors.length > 0) throw invalidObject('', 'PodLogOptions', pod, errors);
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  };
}

function readTime(text: string | null): Date | undefined {
  if (text === null || text === '') return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? new Date(text)
    : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  const quoted = JSON.stringify(text);
  throw badRequest(`parsing time ${quoted} as "${GO_RFC3339}": cannot parse ${quoted} as "2006"`);
}
