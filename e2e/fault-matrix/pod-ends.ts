import type { Injection, Scene } from './cell.ts';

const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

async function remove({ cluster, namespace, pod }: Scene, gracePeriodSeconds: number): Promise<void> {
  await cluster.request({
    method: 'DELETE',
    path: `${pods(namespace)}/${await pod()}`,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds },
  });
}

async function evict({ cluster, namespace, pod }: Scene): Promise<void> {
  const name = await pod();
  await cluster.request({
    method: 'POST',
    path: `${pods(namespace)}/${name}/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
  });
}

/** The termination of the pod ends the session: by a signal, or with an unknown outcome. */
const ENDS = [74, 137, 143];

export const podEndInjections: readonly Injection[] = [
  {
    name: 'pod deleted at once',
    short: true,
    onPty: true,
    act: { at: 'streaming', do: (scene) => remove(scene, 0) },
    codes: () => ENDS,
  },
  {
    name: 'pod deleted in good order',
    onPty: true,
    act: { at: 'streaming', do: (scene) => remove(scene, 1) },
    codes: () => ENDS,
  },
  { name: 'pod evicted', short: true, onPty: true, act: { at: 'streaming', do: evict }, codes: () => ENDS },
  {
    name: 'every connection cut',
    ownSandbox: true,
    act: {
      at: 'streaming',
      do: ({ sandbox }) => {
        const fault = sandbox.faults.add({ point: 'connection', action: { kind: 'break' } });
        setTimeout(() => fault.remove(), 300);
      },
    },
    codes: ({ shape }) => (shape === 'exec' ? [74] : [3, 74]),
  },
  {
    name: 'node deleted',
    ownSandbox: true,
    act: {
      at: 'streaming',
      async do({ cluster }) {
        await cluster.request({ method: 'DELETE', path: '/api/v1/nodes/vm' });
      },
    },
    codes: () => [3, ...ENDS],
  },
  {
    name: 'API server gone for good',
    ownSandbox: true,
    act: {
      at: 'streaming',
      do: ({ sandbox }) => void sandbox.faults.add({ point: 'connection', action: { kind: 'break' } }),
    },
    codes: () => [68, 74],
  },
];
