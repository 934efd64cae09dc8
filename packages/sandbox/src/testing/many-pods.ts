// Starts a simulated sandbox, creates pods through its API, waits until all run, and prints measurements as JSON.
// Usage: many-pods.ts COUNT
import { startSandbox } from '../index.ts';
import type { KubeObject } from '../machinery/objects.ts';
import { ApiClient } from './api-client.ts';

/** Number of concurrent requests. */
const CONCURRENCY = 50;
const BYTES_PER_MIB = 1024 * 1024;

const count = Number(process.argv[2]);
const sandbox = await startSandbox({ runtime: 'simulated', maxPods: count });
const startedAt = performance.now();
const allRunning = new Promise<void>((resolve) => {
  let running = 0;
  sandbox.store.subscribe('pods', ({ object, previous }) => {
    if (phaseOf(object) !== 'Running' || phaseOf(previous) === 'Running') return;
    running += 1;
    if (running === count) resolve();
  });
});
const client = new ApiClient(sandbox.kubeconfig);
let next = 0;
await Promise.all(
  Array.from({ length: CONCURRENCY }, async () => {
    while (next < count) {
      next += 1;
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `pod-${next}`, labels: { app: 'many' } },
        spec: { containers: [{ name: 'app', image: 'example.com/app:v1' }] },
      };
      const { status, body } = await client.request('POST', '/api/v1/namespaces/default/pods', { body: pod });
      if (status !== 201) throw new Error(body);
    }
  }),
);
await allRunning;
const seconds = (performance.now() - startedAt) / 1000;
const residentMiB = process.memoryUsage.rss() / BYTES_PER_MIB;
client.close();
await sandbox.stop();
process.stdout.write(`${JSON.stringify({ count, seconds, residentMiB })}\n`);

function phaseOf(pod: KubeObject | undefined): string | undefined {
  return (pod?.['status'] as { phase?: string } | undefined)?.phase;
}
