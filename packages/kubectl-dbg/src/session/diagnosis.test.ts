import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from 'kubernetes-types/core/v1.d.ts';
import { readEvent } from './container-events.ts';
import { diagnosePod, diagnoseReason } from './diagnosis.ts';

// Messages as a Kubernetes v1.36.2 node with containerd 2.1 words them.
const task =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init:';
const context = { container: 'dbg', image: 'tools:v9', target: 'main' };

const rows: [name: string, reason: string, message: string, words: RegExp | undefined][] = [
  [
    'missing image',
    'ErrImagePull',
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/tools:v9": failed to resolve image: docker.io/library/tools:v9: not found',
    /"tools:v9" does not exist/,
  ],
  [
    'private image',
    'ErrImagePull',
    'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    /without credentials/,
  ],
  [
    'unknown registry',
    'ErrImagePull',
    'dial tcp: lookup registry.invalid: no such host',
    /finds no registry host/,
  ],
  ['a registry that is slow keeps the wait', 'ErrImagePull', 'net/http: TLS handshake timeout', undefined],
  [
    'a registry that stays slow ends it',
    'ImagePullBackOff',
    'net/http: TLS handshake timeout',
    /TLS handshake timeout/,
  ],
  ['bad reference', 'InvalidImageName', "couldn't parse image name", /not a valid image reference/],
  [
    'never pulled',
    'ErrImageNeverPull',
    'Container image "tools:v9" is not present with pull policy of Never',
    /pull policy is Never/,
  ],
  [
    'root image under runAsNonRoot',
    'CreateContainerConfigError',
    'container has runAsNonRoot and image will run as root (pod: "p", container: dbg)',
    /must not run as root/,
  ],
  [
    'missing ConfigMap',
    'CreateContainerConfigError',
    'configmap "settings" not found',
    /configmap "settings", which does not exist/,
  ],
  [
    'missing Secret key',
    'CreateContainerConfigError',
    "couldn't find key password in Secret ns/db",
    /key password of Secret ns\/db/,
  ],
  [
    'target that has ended',
    'CreateContainerError',
    'failed to generate spec opts: invalid target container: container "7e" is not running - in state CONTAINER_EXITED',
    /container main does not run/,
  ],
  [
    'missing program',
    'RunContainerError',
    `${task} exec: "bash": executable file not found in $PATH`,
    /"bash" cannot be run in container dbg: executable file not found/,
  ],
  ['directory as program', 'StartError', `${task} exec: "/etc": is a directory`, /"\/etc" cannot be run/],
  ['creating', 'ContainerCreating', '', undefined],
  ['initialising', 'PodInitializing', '', undefined],
];
for (const [name, reason, message, words] of rows) {
  test(name, () => {
    const diagnosis = diagnoseReason(reason, message, context);
    if (words === undefined) return assert.equal(diagnosis, undefined);
    assert.match(diagnosis?.message ?? '', words);
    assert.doesNotMatch(diagnosis?.message ?? '', /\n/);
    return undefined;
  });
}

const events: [reason: string, message: string, fieldPath: string, read: string | undefined][] = [
  [
    'Failed',
    'Failed to pull image "nosuch:v9": rpc error: code = NotFound',
    'spec.ephemeralContainers{dbg}',
    'ErrImagePull',
  ],
  ['Failed', 'Error: ErrImagePull', 'spec.ephemeralContainers{dbg}', undefined],
  ['BackOff', 'Back-off pulling image "nosuch:v9"', 'spec.ephemeralContainers{dbg}', 'ImagePullBackOff'],
  ['BackOff', 'Back-off restarting failed container dbg in pod p', 'spec.containers{dbg}', undefined],
  ['InspectFailed', 'Failed to apply default image tag', 'spec.ephemeralContainers{dbg}', 'InvalidImageName'],
  [
    'ErrImageNeverPull',
    'Container image "x" is not present',
    'spec.ephemeralContainers{dbg}',
    'ErrImageNeverPull',
  ],
  [
    'Failed',
    'Error: container has runAsNonRoot and image will run as root',
    'spec.ephemeralContainers{dbg}',
    'CreateContainerConfigError',
  ],
  [
    'Failed',
    `Error: ${task} exec: "sh": executable file not found in $PATH`,
    'spec.ephemeralContainers{dbg}',
    'RunContainerError',
  ],
  [
    'Failed',
    'Error: failed to generate container "c9" spec: invalid target container',
    'spec.ephemeralContainers{dbg}',
    'CreateContainerError',
  ],
  ['Pulling', 'Pulling image "busybox:slow"', 'spec.ephemeralContainers{dbg}', 'Pulling'],
  ['Pulling', 'Pulling image "busybox:slow"', 'spec.containers{main}', undefined],
  ['FailedScheduling', '0/1 nodes are available', '', 'Unschedulable'],
];
for (const [reason, message, fieldPath, read] of events) {
  test(`event ${reason}: ${message.slice(0, 50)} at ${fieldPath}`, () => {
    const event: Event = { metadata: {}, reason, message, involvedObject: { fieldPath } };
    assert.equal(readEvent(event, 'dbg')?.reason, read);
  });
}

test('a pod that has ended starts nothing more', () => {
  assert.match(
    diagnosePod({ metadata: { name: 'p' }, status: { phase: 'Succeeded' } })?.message ?? '',
    /has ended/,
  );
  assert.match(
    diagnosePod({
      metadata: { name: 'p' },
      status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    })?.message ?? '',
    /was evicted: low on memory/,
  );
  assert.equal(diagnosePod({ metadata: { name: 'p' }, status: { phase: 'Running' } }), undefined);
});
