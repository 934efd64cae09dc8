import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from '../../resources/pods/types.ts';
import { describeLevel, describeViolations, levelOf, validateLevels, violationsOf } from './policy.ts';
import type { PodSecurityLevel } from './types.ts';

function judged(level: PodSecurityLevel, spec: PodSpec, minor?: number): string {
  const version = minor === undefined ? { level } : { level, minor };
  return describeViolations(violationsOf({ annotations: {}, spec }, version));
}

const GOOD = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' as const },
};

/** A pod with one container that meets the restricted level, except for these fields. */
function pod(container: object = {}, spec: object = {}): PodSpec {
  return { containers: [{ name: 'c', image: 'i', securityContext: GOOD, ...container }], ...spec };
}

const BASELINE: readonly [PodSpec, string][] = [
  [pod(), ''],
  [{ containers: [{ name: 'c' }] }, ''],
  [pod({}, { hostNetwork: true, hostIPC: true }), 'host namespaces (hostNetwork=true, hostIPC=true)'],
  [
    pod({ securityContext: { privileged: true } }),
    'privileged (container "c" must not set securityContext.privileged=true)',
  ],
  [
    pod({ securityContext: { capabilities: { add: ['NET_ADMIN', 'CHOWN', 'BPF'] } } }),
    'non-default capabilities (container "c" must not include "BPF", "NET_ADMIN" in securityContext.capabilities.add)',
  ],
  [pod({}, { volumes: [{ name: 'h', hostPath: { path: '/' } }] }), 'hostPath volumes (volume "h")'],
  [pod({ ports: [{ containerPort: 1, hostPort: 2 }] }), 'hostPort (container "c" uses hostPort 2)'],
  [
    pod({
      ports: [
        { containerPort: 1, hostPort: 22 },
        { containerPort: 2, hostPort: 3 },
      ],
    }),
    'hostPorts (container "c" uses hostPorts 22, 3)',
  ],
  [
    pod({ livenessProbe: { httpGet: { port: 1, host: '10.0.0.1' } } }),
    'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
  ],
  [
    pod({ securityContext: { procMount: 'Unmasked' } }),
    'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  ],
  [pod({ securityContext: { procMount: 'Unmasked' } }, { hostUsers: false }), ''],
  [
    pod({}, { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } }),
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
  ],
  [
    pod({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    pod(
      {},
      {
        securityContext: {
          sysctls: [
            { name: 'kernel.msgmax', value: '1' },
            { name: 'net.ipv4.tcp_rmem', value: '1' },
          ],
        },
      },
    ),
    'forbidden sysctls (kernel.msgmax)',
  ],
  [
    pod({}, { securityContext: { windowsOptions: { hostProcess: true } } }),
    'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
  ],
];

for (const [spec, expected] of BASELINE) {
  test(`baseline: ${expected === '' ? 'no violation' : expected}`, () => {
    assert.equal(judged('baseline', spec), expected);
    assert.equal(judged('privileged', spec), '');
  });
}

const RESTRICTED: readonly [PodSpec, string][] = [
  [pod(), ''],
  [
    pod(
      {},
      {
        initContainers: [{ name: 'i', securityContext: GOOD }],
        volumes: [{ name: 'n', nfs: { server: 's', path: '/' } }],
      },
    ),
    'restricted volume types (volume "n" uses restricted volume type "nfs")',
  ],
  [
    pod(
      {},
      {
        volumes: [
          { name: 'n', nfs: { server: 's', path: '/' } },
          { name: 'h', hostPath: { path: '/' } },
        ],
      },
    ),
    'restricted volume types (volumes "n", "h" use restricted volume types "hostPath", "nfs")',
  ],
  [
    pod({ securityContext: { ...GOOD, runAsUser: 0 } }, { securityContext: { runAsUser: 0 } }),
    'runAsUser=0 (pod and container "c" must not set runAsUser=0)',
  ],
  [
    pod({ securityContext: { ...GOOD, runAsNonRoot: false } }),
    'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
  ],
  [pod({ securityContext: { ...GOOD, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } }), ''],
  [
    pod({ securityContext: { ...GOOD, capabilities: { add: ['CHOWN'] } } }),
    'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    { containers: [{ name: 'a' }, { name: 'b' }], os: { name: 'windows' } },
    'runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true)',
  ],
];

for (const [spec, expected] of RESTRICTED) {
  test(`restricted: ${expected === '' ? 'no violation' : expected}`, () => {
    assert.equal(judged('restricted', spec), expected);
  });
}

test('an older version has fewer checks', () => {
  const spec = { containers: [{ name: 'c' }] };
  assert.match(judged('restricted', spec), /^allowPrivilegeEscalation/);
  assert.equal(
    judged('restricted', spec, 7),
    'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  );
});

test('levels are read from labels', () => {
  const prefix = 'pod-security.kubernetes.io/';
  assert.equal(describeLevel(levelOf({}, 'enforce')), 'privileged:latest');
  const labels = { [`${prefix}enforce`]: 'baseline', [`${prefix}enforce-version`]: 'v1.30' };
  assert.equal(describeLevel(levelOf(labels, 'enforce')), 'baseline:v1.30');
  assert.deepEqual(validateLevels(labels), []);
  const wrong = { [`${prefix}warn`]: 'strict', [`${prefix}audit-version`]: '1.2' };
  assert.deepEqual(
    validateLevels(wrong).map((error) => error.field),
    [`metadata.labels[${prefix}audit-version]`, `metadata.labels[${prefix}warn]`],
  );
});
