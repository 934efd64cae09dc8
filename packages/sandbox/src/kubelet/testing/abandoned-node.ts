/**
 * A node to be killed by the test of the clean-up: starts two pods (one with a terminal and a debug container) in the
 * given directory, prints "ready" and waits.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { ImageStore } from '../../images/image-store.ts';
import { RuncRuntime } from '../../runtimes/runc/runc-runtime.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { startKubelet } from '../kubelet.ts';
import type { PodObject } from '../types.ts';

const [, , stateDir = ''] = process.argv;
const store = new MemoryStore({});
const runtime = await RuncRuntime.start({ stateDir, images: new ImageStore(join(stateDir, 'images')) });
await startKubelet({ store, nodeName: 'node', runtime, stateDir });
const base = { image: 'busybox:1.38', imagePullPolicy: 'IfNotPresent' };
for (const name of ['one', 'two']) {
  store.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', generation: 1 },
    spec: {
      nodeName: 'node',
      restartPolicy: 'Always',
      volumes: [{ name: 'e', emptyDir: {} }],
      containers: [
        {
          ...base,
          name: 'main',
          command: ['sh', '-c', 'trap "" TERM INT HUP; while :; do sleep 1 & wait; done'],
          volumeMounts: [{ name: 'e', mountPath: '/e' }],
        },
        { ...base, name: 'terminal', stdin: true, tty: true, command: ['sh'] },
      ],
      ephemeralContainers: [
        { ...base, name: 'dbg', targetContainerName: 'main', command: ['sleep', '3600'] },
      ],
    },
    status: { phase: 'Pending' },
  });
}
const isUp = (pod: PodObject): boolean =>
  pod.status?.containerStatuses?.every(({ ready }) => ready) === true &&
  pod.status.ephemeralContainerStatuses?.every(({ state }) => state?.running !== undefined) === true;
const timer = setInterval(() => {
  if (!store.list<PodObject>('pods').every(isUp)) return;
  clearInterval(timer);
  writeSync(1, 'ready\n');
}, 20);
// Keeps the process alive.
setInterval(() => {}, 60_000);
