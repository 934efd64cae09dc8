import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPod } from './defaults.ts';
import { asPod, type PodObject, type PodSpec } from './types.ts';
import { validatePod } from './validate-pod.ts';

function pod(spec: object, metadata: object = {}): PodObject {
  const made = asPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'a', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], serviceAccountName: 'default', ...spec },
  });
  defaultPod(made);
  return made;
}

/** Pods that are in no recording, with the errors of v1.36. */
const REFUSED: [what: string, spec: object, annotations: Record<string, string>, errors: string[]][] = [
  [
    'an unknown resource',
    { containers: [{ name: 'c', image: 'i', resources: { requests: { foo: '1' } } }] },
    {},
    [
      'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers',
    ],
  ],
  [
    'a container limit above the pod-level limit',
    {
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '3' }, requests: { cpu: '1' } } }],
      resources: { limits: { cpu: '2' } },
    },
    {},
    [
      'spec.resources.containers[0][cpu].limits: Invalid value: "3": must be less than or equal to pod limits of 2',
    ],
  ],
  [
    'container requests above the pod-level request',
    {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
      initContainers: [
        { name: 's', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } },
      ],
      resources: { requests: { cpu: '1' } },
    },
    {},
    [
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 1500m',
    ],
  ],
  [
    'a resource claim without a source',
    { resourceClaims: [{ name: 'a' }] },
    {},
    [
      'spec.resourceClaims[0]: Invalid value: {"Name":"a","ResourceClaimName":null,"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
    ],
  ],
  [
    'hostnameOverride with setHostnameAsFQDN',
    { hostnameOverride: 'A_', setHostnameAsFQDN: true },
    {},
    [
      "spec.hostnameOverride: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'spec.setHostnameAsFQDN: Forbidden: may not be true when `hostnameOverride` is set',
    ],
  ],
  [
    'an invalid seccomp annotation',
    {},
    { 'container.seccomp.security.alpha.kubernetes.io/c': 'x' },
    [
      'metadata.annotations.container.seccomp.security.alpha.kubernetes.io/c: Invalid value: "x": must be a valid seccomp profile',
    ],
  ],
  [
    'invalid annotations',
    {},
    {
      'controller.kubernetes.io/pod-deletion-cost': '+1',
      'container.apparmor.security.beta.kubernetes.io/x': 'foo',
    },
    [
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "foo": invalid AppArmor profile name: "foo"',
    ],
  ],
];

for (const [what, spec, annotations, errors] of REFUSED) {
  test(`refuses ${what}`, () => {
    const found = validatePod(pod(spec, { annotations })).map(({ field, message }) => `${field}: ${message}`);
    assert.deepEqual(found, errors);
  });
}

test('the default pod-level requests are those of the containers, otherwise the pod-level limits', () => {
  const { spec } = pod({
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
    initContainers: [
      { name: 'a', image: 'i', resources: { requests: { cpu: '4' } } },
      { name: 's', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
      { name: 'b', image: 'i', resources: { requests: { cpu: '2' } } },
    ],
    resources: { limits: { cpu: '5', memory: '1Gi' } },
  } satisfies Partial<Record<keyof PodSpec, unknown>>);
  assert.deepEqual(spec.resources?.requests, { cpu: '4', memory: '1Gi' });
});
