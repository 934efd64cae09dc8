// Chooses a profile that the namespace's Pod Security label admits.
// Run it with: node --test (or npx tsx --test) examples/profile-by-policy.ts
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, debug, openCluster, type ProfileName } from 'kubectl-dbg';

const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** The most privileged profile for each level of the Pod Security Standards. */
const PROFILES: Readonly<Record<string, ProfileName>> = {
  privileged: 'sysadmin',
  baseline: 'baseline',
  restricted: 'restricted',
};

/** The profile for debugging in a namespace. Without a label, everything is admitted. */
async function profileFor(cluster: Cluster, namespace: string): Promise<ProfileName> {
  const { metadata } = await cluster.request<{ metadata: { labels?: Record<string, string> } }>({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}`,
  });
  return PROFILES[metadata.labels?.[ENFORCE] ?? 'privileged'] ?? 'restricted';
}

// --- Its tests. ---

let sandbox: Sandbox;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
});
after(() => sandbox.stop());

for (const [level, profile] of Object.entries(PROFILES)) {
  test(`${level}: ${profile}, which the server admits`, async () => {
    const namespace = `n-${level}`;
    const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig, namespace });
    try {
      const create = (path: string, body: object) => cluster.request({ method: 'POST', path, body });
      await create('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: { [ENFORCE]: level } },
      });
      await create(`/api/v1/namespaces/${namespace}/pods`, podThatAllAdmit());
      assert.equal(await profileFor(cluster, namespace), profile);
      const { outcome } = await debug(cluster, {
        target: 'web',
        profile,
        runAs: { uid: 1000 },
        command: ['true'],
      });
      assert.deepEqual(outcome, { kind: 'exited', code: 0 });
    } finally {
      await cluster.close();
    }
  });
}

test('a more privileged profile is refused with the reason', async () => {
  const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig, namespace: 'n-restricted' });
  try {
    const refused = debug(cluster, { target: 'web', profile: 'sysadmin', command: ['true'] });
    await assert.rejects(refused, { name: 'DbgError', message: /PodSecurity|privileged/ });
  } finally {
    await cluster.close();
  }
});

function podThatAllAdmit(): object {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: {
      containers: [{ name: 'app', image: 'example.com/web:v1', command: ['sleep', '3600'], securityContext }],
    },
  };
}
