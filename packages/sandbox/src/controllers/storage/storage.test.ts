import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { missingForRealContainers } from '../../index.ts';
import { useSandbox } from '../../testing/use-sandbox.ts';

const CORE = '/api/v1/namespaces/default';
const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const missing = missingForRealContainers();

for (const runtime of ['simulated', 'runc'] as const) {
  describe(
    `claims, ${runtime}`,
    { skip: runtime === 'runc' && missing !== undefined ? missing : false },
    () => {
      const api = useSandbox({ runtime });

      async function send(method: string, path: string, body?: object): Promise<Record<string, never>> {
        const answer = await api.client.request(method, path, body === undefined ? {} : { body });
        assert.ok(answer.status < 300, `${method} ${path}: ${answer.body}`);
        return JSON.parse(answer.body) as Record<string, never>;
      }

      /** The object as soon as it satisfies the condition; undefined means that it was deleted. */
      async function until<T>(resource: string, name: string, holds: (object: T) => boolean): Promise<T> {
        const namespace = resource === 'persistentvolumes' ? undefined : 'default';
        for (;;) {
          const object = api.sandbox.store.get(resource, namespace, name) as T;
          if (holds(object)) return object;
          await delay(5);
        }
      }

      interface Phased {
        spec?: { volumeName?: string; storageClassName?: string };
        status?: { phase?: string };
      }
      const inPhase =
        (phase: string) =>
        (object: Phased | undefined): boolean =>
          object?.status?.phase === phase;
      const isGone = (object: unknown): boolean => object === undefined;

      const pod = (name: string, claim: string, script: string): object => ({
        metadata: { name },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
          containers: [
            {
              name: 'c',
              image: 'busybox:1.38',
              command: ['sh', '-c', script],
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
        },
      });

      async function run(name: string, claim: string, script: string): Promise<string> {
        await send('POST', `${CORE}/pods`, pod(name, claim, script));
        await until(
          'pods',
          name,
          (object: Phased) => inPhase('Succeeded')(object) || inPhase('Failed')(object),
        );
        return (await api.client.request('GET', `${CORE}/pods/${name}/log`)).body;
      }

      test('each replica of a StatefulSet has its own volume, which outlives its pod', async () => {
        const labels = { app: 'db' };
        await send('POST', '/apis/apps/v1/namespaces/default/statefulsets', {
          metadata: { name: 'db' },
          spec: {
            serviceName: 'db',
            replicas: 2,
            selector: { matchLabels: labels },
            volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: CLAIM }],
            template: {
              metadata: { labels },
              spec: {
                terminationGracePeriodSeconds: 0,
                containers: [
                  {
                    name: 'c',
                    image: 'busybox:1.38',
                    command: [
                      'sh',
                      '-c',
                      'echo "$HOSTNAME" >> /data/starts; cat /data/starts; sleep infinity',
                    ],
                    volumeMounts: [{ name: 'data', mountPath: '/data' }],
                  },
                ],
              },
            },
          },
        });
        await until('pods', 'db-1', inPhase('Running'));
        const claims = await Promise.all(
          ['data-db-0', 'data-db-1'].map((name) =>
            until<Phased>('persistentvolumeclaims', name, inPhase('Bound')),
          ),
        );
        const names = claims.map(({ spec }) => spec?.volumeName ?? '');
        assert.equal(new Set(names).size, 2);
        assert.deepEqual([...new Set(claims.map(({ spec }) => spec?.storageClassName))], ['standard']);
        for (const name of names) await until('persistentvolumes', name, inPhase('Bound'));
        const before = api.sandbox.store.get('pods', 'default', 'db-0')?.metadata.uid;
        await send('DELETE', `${CORE}/pods/db-0`);
        await until('pods', 'db-0', (object: Phased & { metadata?: { uid?: string } }) => {
          return inPhase('Running')(object) && object?.metadata?.uid !== before;
        });
        let log = '';
        while (log.split('\n').length < 3) {
          log = (await api.client.request('GET', `${CORE}/pods/db-0/log`)).body;
          await delay(5);
        }
        assert.equal(log, 'db-0\ndb-0\n');
      });

      test('a claim in use is kept until its pod has terminated, then deleted with its volume and data', async () => {
        await send('POST', `${CORE}/persistentvolumeclaims`, { metadata: { name: 'kept' }, spec: CLAIM });
        const { spec } = await until<Phased>('persistentvolumeclaims', 'kept', inPhase('Bound'));
        assert.equal(await run('writer', 'kept', 'echo kept > /data/note'), '');
        await send('POST', `${CORE}/pods`, pod('holder', 'kept', 'sleep infinity'));
        await until('pods', 'holder', inPhase('Running'));
        await send('DELETE', `${CORE}/persistentvolumeclaims/kept`);
        assert.equal(await run('reader', 'kept', 'cat /data/note'), 'kept\n');
        const claim = api.sandbox.store.get('persistentvolumeclaims', 'default', 'kept');
        assert.notEqual(claim?.metadata.deletionTimestamp, undefined);
        await send('DELETE', `${CORE}/pods/holder`);
        await until('persistentvolumeclaims', 'kept', isGone);
        await until('persistentvolumes', spec?.volumeName ?? '', isGone);
      });

      test('a statically created volume is bound, and remains when its claim is deleted', async () => {
        await send('POST', '/api/v1/persistentvolumes', {
          metadata: { name: 'mine' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            capacity: { storage: '5Gi' },
            storageClassName: 'by-hand',
            hostPath: { path: '/tmp' },
          },
        });
        await until('persistentvolumes', 'mine', inPhase('Available'));
        const body = { metadata: { name: 'theirs' }, spec: { ...CLAIM, storageClassName: 'by-hand' } };
        await send('POST', `${CORE}/persistentvolumeclaims`, body);
        const { spec } = await until<Phased>('persistentvolumeclaims', 'theirs', inPhase('Bound'));
        assert.equal(spec?.volumeName, 'mine');
        await send('DELETE', `${CORE}/persistentvolumeclaims/theirs`);
        await until('persistentvolumes', 'mine', inPhase('Released'));
      });

      test('an ephemeral volume has its own claim, which is deleted with its pod', async () => {
        await send('POST', `${CORE}/pods`, {
          metadata: { name: 'brief' },
          spec: {
            terminationGracePeriodSeconds: 0,
            volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: CLAIM } } }],
            containers: [
              {
                name: 'c',
                image: 'busybox:1.38',
                command: ['sh', '-c', 'echo x > /scratch/x && sleep infinity'],
                volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
              },
            ],
          },
        });
        await until('pods', 'brief', inPhase('Running'));
        const { spec } = await until<Phased>('persistentvolumeclaims', 'brief-scratch', inPhase('Bound'));
        await send('DELETE', `${CORE}/pods/brief`);
        await until('persistentvolumeclaims', 'brief-scratch', isGone);
        await until('persistentvolumes', spec?.volumeName ?? '', isGone);
      });

      for (const [storageClassName, reason, message] of [
        ['', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'],
        ['nosuch', 'ProvisioningFailed', 'storageclass.storage.k8s.io "nosuch" not found'],
      ] as const) {
        test(`a claim of the class "${storageClassName}" stays Pending, and an Event says why`, async () => {
          const name = `pending-${storageClassName === '' ? 'none' : storageClassName}`;
          const body = { metadata: { name }, spec: { ...CLAIM, storageClassName } };
          await send('POST', `${CORE}/persistentvolumeclaims`, body);
          const about = (object: object): boolean =>
            (object as { involvedObject?: { name?: string } }).involvedObject?.name === name;
          let events: object[] = [];
          while (events.length === 0) {
            await delay(5);
            events = api.sandbox.store.list('events', 'default').filter(about);
          }
          assert.deepEqual(
            events.map((event) => [
              (event as { reason?: string }).reason,
              (event as { message?: string }).message,
            ]),
            [[reason, message]],
          );
          await send('POST', `${CORE}/pods`, pod(`waits-for-${name}`, name, 'true'));
          const waiting = await until<{ status?: { conditions?: { message?: string }[] } }>(
            'pods',
            `waits-for-${name}`,
            (object) => object?.status?.conditions !== undefined,
          );
          assert.match(
            waiting.status?.conditions?.[0]?.message ?? '',
            /pod has unbound immediate PersistentVolumeClaims/,
          );
        });
      }
    },
  );
}
