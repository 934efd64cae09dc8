import type { Duplex } from 'node:stream';
import { Channel, encodeFrame } from 'kubectl-dbg-wire';
import { startApiServer } from './api-server.ts';
import type { AnyRequest, AnyResponse, ApiServer } from './api-server.ts';
import { ContainerLog } from './container-log.ts';
import type { CleanUp } from './temporary-directory.ts';

const POD = '/api/v1/namespaces/shop/pods/web';

export interface SessionServerOptions {
  /** Exit code of the debug container. */
  exitCode?: number;
  protocol?: 'h2' | 'http/1.1';
  /** Handles attach instead of the containers. */
  upgrade?: (request: AnyRequest, socket: Duplex) => void;
}

interface EphemeralContainer {
  name: string;
}

/**
 * A minimal API server for one debug session, to test clients and runtimes: it has the pod `web` in the namespace
 * `shop`, whose debug containers start at once, print `ready` before any attach, echo their input in upper case, and
 * exit at its end.
 */
export async function startSessionServer(
  test: CleanUp,
  { exitCode = 7, protocol = 'h2', upgrade }: SessionServerOptions = {},
): Promise<ApiServer> {
  let version = 1;
  let added: EphemeralContainer[] = [];
  const logs = new Map<string, ContainerLog>();
  const ended = new Set<string>();
  const watches = new Set<AnyResponse>();

  const pod = () => ({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-of-web', resourceVersion: String(version) },
    spec: { nodeName: 'node', containers: [{ name: 'app', image: 'app' }], ephemeralContainers: added },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'app', ready: true, state: { running: {} }, image: 'app', restartCount: 0 },
      ],
      ephemeralContainerStatuses: added.map(({ name }) => ({
        name,
        containerID: `containerd://${name}`,
        state: ended.has(name)
          ? { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } }
          : { running: { startedAt: new Date(0).toISOString() } },
      })),
    },
  });
  const changed = () => {
    version += 1;
    for (const response of watches)
      response.write(`${JSON.stringify({ type: 'MODIFIED', object: pod() })}\n`);
  };

  return startApiServer(test, {
    protocol,
    ...(upgrade === undefined ? {} : { upgrade }),
    answer(request, response) {
      const url = new URL(request.url ?? '', 'http://x');
      if (request.method === 'PATCH') {
        readBody(request)
          .then((body) => {
            const patch = JSON.parse(body) as { spec: { ephemeralContainers: EphemeralContainer[] } };
            added = [...patch.spec.ephemeralContainers, ...added];
            for (const { name } of patch.spec.ephemeralContainers) {
              logs.set(name, new ContainerLog());
              logs.get(name)?.append('ready\n');
            }
            send(response, pod());
            changed();
          })
          .catch(() => response.destroy());
      } else if (url.searchParams.get('watch') === 'true') {
        response.writeHead(200, { 'content-type': 'application/json' });
        watches.add(response);
        response.on('close', () => watches.delete(response));
        response.write(`${JSON.stringify({ type: 'MODIFIED', object: pod() })}\n`);
      } else if (url.pathname === `${POD}/log`) {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.flushHeaders();
        logs.get(url.searchParams.get('container') ?? '')?.serve(url.searchParams, response);
      } else if (url.pathname === POD) send(response, pod());
      else send(response, { kind: 'EventList', apiVersion: 'v1', metadata: {}, items: [] });
    },
    connected(socket, request) {
      const name = new URL(request.url ?? '', 'http://x').searchParams.get('container') ?? '';
      const print = (text: string) => {
        logs.get(name)?.append(text);
        socket.send(encodeFrame(Channel.stdout, Buffer.from(text)));
      };
      socket.send(encodeFrame(Channel.stdout, new Uint8Array(0)));
      socket.on('message', (data: Buffer) => {
        if (data[0] === Channel.stdin) print(data.subarray(1).toString('utf8').toUpperCase());
        if (data[0] !== Channel.close) return;
        ended.add(name);
        logs.get(name)?.end();
        changed();
        socket.send(encodeFrame(Channel.error, Buffer.from('{"metadata":{},"status":"Success"}')));
        socket.close(1000);
      });
    },
  });
}

function send(response: AnyResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function readBody(request: AnyRequest): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
