// Runs the same commands with the official kubectl and kubectl-dbg on two equal pods: the objects that they write must be
// equal, except for the differences in docs/differences.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { runDbg, runProgram } from './command.ts';
import { officialKubectl, type OfficialKubectl } from './official-kubectl.ts';
import { openTestCluster, type TestCluster } from './world.ts';

const kubectl = await officialKubectl();

/** Two pods that are equal except for their names. */
const TWINS = ['official', 'ours'] as const;
type Twin = (typeof TWINS)[number];

/**
 * Commands for a pod, with placeholders: `POD`, `COPY` (a copy), `DBG` (the debug container), `NODE`; then the expected
 * differences. The profile is always explicit, because its default has changed in kubectl v1.36.
 */
const COMMANDS: [command: string, ...differences: string[]][] = [
  ['POD --profile=general -c DBG --target=app'],
  ['POD --profile=general -c DBG', 'target-chosen'],
  ['POD --profile=baseline -c DBG --target=log -it'],
  ['POD --profile=restricted -c DBG --target=app --image-pull-policy=Never'],
  ['POD --profile=netadmin -c DBG --target=app --env=A=1,2'],
  ['POD --profile=sysadmin -c DBG --target=app -- sh -c true'],
  ['pod/POD --profile=legacy -cDBG --target=app --arguments-only -- a -- b'],
  ['POD --profile=general -c DBG --target=app --custom=FILE'],
  ['POD --profile=general --copy-to=COPY -c DBG', 'restart-never'],
  ['POD --profile=general --copy-to=COPY --container=app -it -- sh', 'restart-never'],
  ['POD --profile=baseline --copy-to=COPY -c app --set-image=*=IMAGE --env=A=1', 'restart-never'],
  ['POD --profile=restricted --copy-to=COPY -c DBG --share-processes=false --same-node', 'restart-never'],
  ['POD --profile=netadmin --copy-to=COPY -c DBG --keep-labels --keep-annotations', 'restart-never'],
  [
    'POD --profile=sysadmin --copy-to=COPY -c app --keep-liveness --keep-readiness --keep-startup',
    'restart-never',
  ],
  ['POD --profile=legacy --copy-to=COPY -c DBG', 'restart-never'],
  ['POD --profile=general --copy-to=COPY -c DBG --keep-init-containers=false', 'restart-never'],
  ['POD --profile=general --copy-to=COPY -c DBG --custom=FILE', 'restart-never'],
  ['node/NODE --profile=general'],
  ['node/NODE --profile=baseline -c DBG -it'],
  ['node/NODE --profile=restricted -- sleep 1'],
  ['node/NODE --profile=netadmin --env=A=1'],
  ['node/NODE --profile=sysadmin --custom=FILE'],
  ['node/NODE --profile=legacy --arguments-only -- x'],
];

/** Applies each difference to the official object. */
const DIFFERENCES: Record<string, (object: Pod | Container) => void> = {
  'target-chosen': (container) => Object.assign(container, { targetContainerName: 'app' }),
  'restart-never': (pod) => {
    const { spec } = pod as Pod;
    if (spec !== undefined) spec.restartPolicy = 'Never';
  },
};

/** The default of --ttl. */
const LIFETIME_SECONDS = 3600;

describe(
  'the official kubectl and kubectl-dbg',
  { skip: 'missing' in kubectl ? kubectl.missing : false },
  () => {
    let world: TestCluster;
    let node: string;
    let custom: string;

    before(async () => {
      world = await openTestCluster('simulated');
      for (const name of TWINS) node = (await world.createPod(twin(name))).spec?.nodeName ?? '';
      custom = new URL('fixtures/custom.yaml', import.meta.url).pathname;
    });
    after(() => world.stop());

    /** A pod with everything that a copy keeps or removes. */
    function twin(name: string): Pod {
      const image = world.images.tools;
      const probe = { exec: { command: ['true'] }, periodSeconds: 5 };
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app: 'twin' }, annotations: { note: 'kept or not' } },
        spec: {
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          initContainers: [{ name: 'prepare', image, command: ['true'] }],
          containers: [
            {
              name: 'app',
              image,
              command: ['sleep', '3600'],
              env: [{ name: 'X', value: '1' }],
              ports: [{ containerPort: 80 }],
              livenessProbe: probe,
              readinessProbe: probe,
              startupProbe: probe,
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
              securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } },
            },
            { name: 'log', image, command: ['sleep', '3600'], stdin: true },
          ],
          volumes: [{ name: 'data', emptyDir: {} }],
        },
      };
    }

    function argvOf(command: string, who: Twin, index: number): string[] {
      const names: Record<string, string> = {
        POD: who,
        COPY: `${who}-${index}`,
        DBG: `dbg-${index}`,
        NODE: node,
        IMAGE: world.images.tools,
        FILE: custom,
      };
      const words = command
        .split(' ')
        .map((word) => word.replace(/POD|COPY|DBG|NODE|IMAGE|FILE/, (key) => names[key] ?? key));
      const image = command.includes('--set-image') ? [] : [`--image=${world.images.tools}`];
      return ['-n', world.namespace, '--attach=false', ...image, ...words];
    }

    /** Runs a command; returns the ephemeral container or the new pod. */
    async function made(command: string, who: Twin, index: number): Promise<Pod | Container> {
      const before = new Set((await world.listPods()).map(({ metadata }) => metadata?.name));
      const argv = argvOf(command, who, index);
      const run =
        who === 'ours'
          ? await runDbg(argv, { env: world.env })
          : await runProgram((kubectl as OfficialKubectl).path, ['debug', ...argv], { env: world.env });
      assert.equal(run.code, 0, `${who}: ${run.stderr}`);
      const ephemeral = (await world.getPod(who)).spec?.ephemeralContainers?.find(
        ({ name }) => name === `dbg-${index}`,
      );
      if (ephemeral !== undefined) return ephemeral;
      const pod = (await world.listPods()).find(({ metadata }) => !before.has(metadata?.name));
      assert.ok(pod !== undefined, `${who}: nothing was made`);
      const path = `/api/v1/namespaces/${world.namespace}/pods/${pod.metadata?.name ?? ''}`;
      await world.cluster.request({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } });
      return pod;
    }

    for (const [index, [command, ...differences]] of COMMANDS.entries()) {
      test(`${command}${differences.length > 0 ? ` (${differences.join(', ')})` : ''}`, async () => {
        const official = await made(command, 'official', index);
        const ours = comparable(await made(command, 'ours', index));
        for (const code of differences) {
          const unchanged = comparable(official);
          DIFFERENCES[code]?.(official);
          assert.notDeepEqual(comparable(official), unchanged, `${code} makes no difference`);
        }
        // A created pod has a deadline (docs/differences.md).
        const { spec } = official as Pod;
        if (spec !== undefined) spec.activeDeadlineSeconds = LIFETIME_SECONDS;
        assert.deepEqual(ours, comparable(official));
      });
    }

    test('every difference is documented in docs/differences.md', () => {
      const page = readFileSync(new URL('../docs/differences.md', import.meta.url), 'utf8');
      for (const code of Object.keys(DIFFERENCES)) assert.ok(page.includes(`| \`${code}\``), code);
    });
  },
);

/** An object without values that differ between runs: names, times, versions, the kubelet's fields. */
function comparable(object: Pod | Container): unknown {
  const { status: _status, ...rest } = object as Pod;
  const { metadata, ...others } = rest;
  // The owner of a pod (docs/differences.md).
  const { 'kubectl-dbg/session': _session, ...annotations } = metadata?.annotations ?? {};
  const meta = metadata === undefined ? {} : { metadata: { labels: metadata.labels, annotations } };
  const text = JSON.stringify({ ...others, ...meta }, (key, value: unknown) =>
    key === 'nodeName' ? undefined : value,
  );
  return JSON.parse(
    text
      .replaceAll(/\b(official|ours)\b/g, 'twin')
      .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access'),
  ) as unknown;
}
