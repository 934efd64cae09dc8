import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStateTerminated, Event, Pod } from 'kubernetes-types/core/v1.d.ts';
import { readEvent } from './container-events.ts';
import { inDoctorsWords } from './doctors-words.ts';
import { diagnose, diagnoseReason } from './diagnosis.ts';

// Messages of a Kubernetes v1.36.2 node with containerd 2.1.
const task =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init:';
const context = { container: 'dbg', image: 'tools:v9', target: 'main' };

const rows: [name: string, reason: string, message: string, words: RegExp | undefined][] = [
  [
    'missing image',
    'ErrImagePull',
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/tools:v9": failed to resolve image: docker.io/library/tools:v9: not found',
    /^image tools:v9 for debug container dbg of pod\/p cannot be pulled: .* no such name or tag/,
  ],
  [
    'private image',
    'ErrImagePull',
    'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    /refuses it without valid credentials/,
  ],
  [
    'unknown registry',
    'ErrImagePull',
    'dial tcp: lookup registry.invalid: no such host',
    /node n1 cannot reach registry .*no such host/,
  ],
  ['a slow registry does not end the wait', 'ErrImagePull', 'net/http: TLS handshake timeout', undefined],
  [
    'a registry that stays slow ends the wait',
    'ImagePullBackOff',
    'net/http: TLS handshake timeout',
    /TLS handshake timeout/,
  ],
  ['bad reference', 'InvalidImageName', "couldn't parse image name", /is not a valid image reference/],
  [
    'never pulled',
    'ErrImageNeverPull',
    'Container image "tools:v9" is not present with pull policy of Never',
    /imagePullPolicy Never/,
  ],
  [
    'root image under runAsNonRoot',
    'CreateContainerConfigError',
    'container has runAsNonRoot and image will run as root (pod: "p", container: dbg)',
    /root/,
  ],
  [
    'missing ConfigMap',
    'CreateContainerConfigError',
    'configmap "settings" not found',
    /settings.* does not exist/i,
  ],
  [
    'missing Secret key',
    'CreateContainerConfigError',
    "couldn't find key password in Secret ns/db",
    /password.*db/,
  ],
  [
    'terminated target',
    'CreateContainerError',
    'failed to generate spec opts: invalid target container: container "7e" is not running - in state CONTAINER_EXITED',
    /container main is not running/,
  ],
  [
    'missing program',
    'RunContainerError',
    `${task} exec: "bash": executable file not found in $PATH`,
    /debug container dbg of pod\/p cannot be started: its image has no program "bash"/,
  ],
  [
    'directory as program',
    'StartError',
    `${task} exec: "/etc": is a directory`,
    /"\/etc" may not be executed: it is a directory/,
  ],
  ['an image that cannot be read', 'ImageInspectError', 'boom', /tools:v9.*boom/],
  [
    'an unsigned image',
    'SignatureValidationFailed',
    'no signature',
    /SignatureValidationFailed: no signature/,
  ],
  ['a device that fails', 'PreStartHookError', 'no device', /debug container dbg .*no device/],
  ['a failing hook', 'PostStartHookError', 'exited with 1', /postStart hook of debug container dbg .* fails/],
  ['a crash loop that only an Event shows', 'CrashLoopBackOff', 'back-off', /keeps terminating/],
  [
    'a cache that is not synced yet',
    'CreateContainerConfigError',
    'failed to sync configmap cache: timed out waiting for the condition',
    undefined,
  ],
  [
    'a name that is still reserved',
    'CreateContainerError',
    'failed to reserve container name "dbg_p": name is reserved for "7e"',
    undefined,
  ],
  [
    'a target that has not been created yet',
    'CreateContainerConfigError',
    'unable to find target container app',
    undefined,
  ],
  [
    'a target that has not been started yet',
    'CreateContainerError',
    'failed to generate container "dbg" spec: failed to generate spec opts: invalid target container: container "1f" is not running - in state CONTAINER_CREATED',
    undefined,
  ],
  ['creating', 'ContainerCreating', '', undefined],
  ['initialising', 'PodInitializing', '', undefined],
];
const pod: Pod = {
  metadata: { name: 'p', namespace: 'ns' },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'main' }],
    ephemeralContainers: [{ name: 'dbg', image: 'tools:v9' }],
  },
  status: { phase: 'Running' },
};

for (const [name, reason, message, words] of rows) {
  test(name, async () => {
    const diagnosis = diagnoseReason(reason, message, context);
    if (words === undefined) return assert.equal(diagnosis, undefined);
    assert.ok(diagnosis !== undefined);
    const outcome = await inDoctorsWords({ kind: 'never-started', ...diagnosis }, pod, 'dbg');
    const told = outcome.kind === 'never-started' ? outcome.message : '';
    assert.match(told, words);
    assert.doesNotMatch(told, /\n/);
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
  [
    'BackOff',
    'Back-off restarting failed container dbg in pod p',
    'spec.containers{dbg}',
    'CrashLoopBackOff',
  ],
  ['FailedPostStartHook', 'PostStartHook failed', 'spec.containers{dbg}', 'PostStartHookError'],
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

const last = { exitCode: 1, reason: 'Error' };

/** The message for a container `main` that terminated like this and is restarted. */
async function crashLoopMessage(end: ContainerStateTerminated): Promise<string> {
  const view = { phase: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 10s', last: end } as const;
  const diagnosis = diagnose(view, { ...context, container: 'main' });
  assert.equal(diagnosis?.failure.code, 'CrashLoop');
  const status = { name: 'main', image: '', imageID: '', ready: false, restartCount: 1 };
  const looping = { ...pod, status: { containerStatuses: [{ ...status, lastState: { terminated: end } }] } };
  const outcome = await inDoctorsWords({ kind: 'never-started', ...diagnosis }, looping, 'main');
  return outcome.kind === 'never-started' ? outcome.message : '';
}

test('reports a crash loop with its exit code', async () => {
  assert.match(await crashLoopMessage(last), /^container main of pod\/p exits with code 1/);
  const killed = await crashLoopMessage({ exitCode: 137, reason: 'OOMKilled' });
  assert.match(killed, /used more than .*memory.* killed by the kernel/);
});

test('names scheduling gates, and waits for a pod that is not scheduled yet', () => {
  const gated = { phase: 'unscheduled', reason: 'SchedulingGated', message: '' } as const;
  assert.equal(diagnose(gated, context)?.failure.code, 'SchedulingGated');
  assert.equal(diagnose({ ...gated, reason: '' }, context), undefined);
});

test('falls back to a generic message if the doctor has none', async () => {
  const failure = { code: 'TargetGone', facts: { container: 'dbg' } } as const;
  const outcome = {
    kind: 'never-started',
    reason: 'CreateContainerError',
    message: 'own words',
    failure,
  } as const;
  assert.deepEqual(await inDoctorsWords(outcome, pod, 'dbg'), outcome);
});
