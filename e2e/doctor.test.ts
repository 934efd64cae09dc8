// A user with only the role view diagnoses pods that are really broken.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSandbox, type Sandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import { runDbg } from './command.ts';
import { missingForContainers } from './real-containers.ts';
import { REAL_CONTEXT } from './world.ts';

const missing =
  missingForContainers() ?? (REAL_CONTEXT === undefined ? undefined : 'it makes its own cluster');

const NAMESPACE = 'shop';
const PATIENCE_MS = 60_000;
/** Maximum number of requests for a pod. */
const REQUESTS = 10;

/** The part of a Diagnosis that the tests use. */
interface Seen {
  verdict: string;
  findings: { id: string; title: string; evidence: { value: string }[] }[];
}

const sh = (line: string) => ['sh', '-c', line];

/** A broken container and pod, and the id and text of the expected first finding. */
const SITUATIONS: Record<string, { id: string; says: RegExp; container?: object; spec?: object }> = {
  loops: {
    id: 'K1',
    says: /exits with code 7/,
    container: { command: sh('echo no luck today; exit 7') },
  },
  'out-of-memory': {
    id: 'K3',
    says: /memory/,
    container: { command: ['tail', '/dev/zero'], resources: { limits: { memory: '32Mi' } } },
  },
  'no-image': { id: 'P1', says: /nosuch:v1 /, container: { image: 'nosuch:v1' } },
  'private-image': { id: 'P2', says: /401|credentials/, container: { image: 'example.com/private/app:1' } },
  'never-ready': {
    id: 'U4',
    says: /readiness/i,
    container: {
      readinessProbe: { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 1, failureThreshold: 1 },
    },
  },
  'no-program': { id: 'R1', says: /"serve"/, container: { command: ['serve'] } },
  'no-file': { id: 'R2', says: /\/opt\/serve/, container: { command: ['/opt/serve'] } },
  'no-directory': { id: 'R5', says: /\/etc\/passwd/, container: { workingDir: '/etc/passwd' } },
  'no-config': {
    id: 'C1',
    says: /settings/,
    container: { envFrom: [{ configMapRef: { name: 'settings' } }] },
  },
  'no-key': {
    id: 'C3',
    says: /password/,
    container: { env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] },
  },
  'too-large': { id: 'S3', says: /cpu/, container: { resources: { requests: { cpu: '1000' } } } },
  'init-fails': {
    id: 'I1',
    says: /exit code 3/,
    spec: {
      initContainers: [{ name: 'setup', image: 'busybox', command: sh('echo cannot migrate; exit 3') }],
    },
  },
  'no-claim': {
    id: 'S12',
    says: /data/,
    spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
  },
  'no-volume': {
    id: 'V1',
    says: /files/,
    spec: { volumes: [{ name: 'v', configMap: { name: 'files' } }] },
  },
  root: { id: 'C4', says: /root/, container: { securityContext: { runAsNonRoot: true } } },
  'not-alive': {
    id: 'K5',
    says: /liveness/i,
    container: {
      livenessProbe: { exec: { command: ['cat', '/tmp/alive'] }, periodSeconds: 1, failureThreshold: 1 },
    },
  },
  // $$ is an escaped $ in a pod's command.
  signalled: {
    id: 'K9',
    says: /SIGSEGV .exit code 139/,
    container: { command: sh("sh -c 'kill -SEGV $$$$'; exit $?") },
  },
};

describe('doctor', { skip: missing ?? false }, () => {
  let sandbox: Sandbox;
  let admin: Cluster;
  let env: Record<string, string | undefined>;

  before(async () => {
    sandbox = await startSandbox({ runtime: 'runc', users: [{ name: 'dan' }] });
    env = { PATH: process.env.PATH, HOME: '/nonexistent', KUBECONFIG: sandbox.kubeconfig, LANG: 'C.UTF-8' };
    admin = await openCluster({ namespace: NAMESPACE }, { ...realWorld(), env });
    const create = (path: string, body: object) => admin.request({ method: 'POST', path, body });
    await create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`, {
      metadata: { name: 'dan-views' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dan' }],
    });
    await create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
      metadata: { name: 'db' },
      stringData: { user: 'x' },
    });
    await Promise.all(
      Object.entries(SITUATIONS).map(([name, { container, spec }]) =>
        create(`/api/v1/namespaces/${NAMESPACE}/pods`, {
          metadata: { name },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'main', image: 'busybox', command: ['sleep', '3600'], ...container }],
            ...spec,
          },
        }),
      ),
    );
  });
  after(async () => {
    await admin.close();
    await sandbox.stop();
  });

  for (const [name, { id, says }] of Object.entries(SITUATIONS)) {
    test(`${name}: ${id}`, async (context) => {
      const end = Date.now() + PATIENCE_MS;
      for (;;) {
        const before = sandbox.requests.list({}).length;
        const began = performance.now();
        const result = await runDbg(
          ['doctor', name, '-n', NAMESPACE, '--context', 'kube-sandbox-dan', '-o', 'json'],
          {
            env,
          },
        );
        const took = Math.round(performance.now() - began);
        const seen = JSON.parse(result.stdout) as Seen;
        const [top] = seen.findings;
        if (top?.id === id || Date.now() > end) {
          context.diagnostic(`${took} ms`);
          assert.equal(top?.id, id, result.stdout);
          assert.match(top.title, says);
          assert.equal(result.code, 1);
          const asked = sandbox.requests
            .list({})
            .slice(before)
            .filter(({ user }) => user === 'dan');
          assert.ok(asked.length <= REQUESTS, `${asked.length} requests`);
          assert.ok(asked.every(({ verb }) => verb === 'get' || verb === 'list'));
          return;
        }
      }
    });
  }
});
