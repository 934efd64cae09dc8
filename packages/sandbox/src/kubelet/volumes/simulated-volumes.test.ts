import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { useSandbox } from '../../testing/use-sandbox.ts';

const CORE = '/api/v1/namespaces/default';
const api = useSandbox();

async function create(plural: string, body: object): Promise<void> {
  const { status, body: answer } = await api.client.request('POST', `${CORE}/${plural}`, { body });
  assert.equal(status, 201, answer);
}

/** The complete output of a pod's first container. */
async function outputOf(name: string, spec: object): Promise<string> {
  await create('pods', { metadata: { name }, spec: { restartPolicy: 'Never', ...spec } });
  for (;;) {
    const pod = api.sandbox.store.get('pods', 'default', name) as { status?: { phase?: string } } | undefined;
    if (/Succeeded|Failed/.test(pod?.status?.phase ?? '')) break;
    await delay(5);
  }
  return (await api.client.request('GET', `${CORE}/pods/${name}/log?container=c`)).body;
}

const shell = (script: string): string[] => ['sh', '-c', script];

test('a simulated container has the files of its ConfigMap and Secret volumes', async () => {
  await create('configmaps', {
    metadata: { name: 'settings' },
    data: { key: 'value\n', other: 'else\n' },
  });
  await create('secrets', { metadata: { name: 'password' }, stringData: { password: 'hidden\n' } });
  const output = await outputOf('reader', {
    volumes: [
      { name: 'config', configMap: { name: 'settings' } },
      { name: 'one', configMap: { name: 'settings', items: [{ key: 'key', path: 'deep/file' }] } },
      { name: 'secret', secret: { secretName: 'password' } },
    ],
    containers: [
      {
        name: 'c',
        image: 'busybox',
        command: shell(
          'cat /etc/config/key /one/deep/file /etc/secret/password /etc/other /proc/1/root/etc/config/key; ls /etc/config; ls /var/run/secrets/kubernetes.io/serviceaccount; echo x > /etc/config/key; echo $?; rm /etc/config/key; cat /etc/config/key',
        ),
        volumeMounts: [
          { name: 'config', mountPath: '/etc/config' },
          { name: 'config', mountPath: '/etc/other', subPath: 'other' },
          { name: 'one', mountPath: '/one' },
          { name: 'secret', mountPath: '/etc/secret' },
        ],
      },
    ],
  });
  assert.equal(
    output,
    `value
value
hidden
else
value
key
other
ca.crt
namespace
token
sh: can't create /etc/config/key: Read-only file system
1
rm: can't remove '/etc/config/key': Read-only file system
value
`,
  );
});

test('containers of a pod share an emptyDir; another pod has its own', async () => {
  const spec = {
    volumes: [{ name: 'shared', emptyDir: {} }],
    initContainers: [
      {
        name: 'first',
        image: 'busybox',
        command: shell('echo from the first > /scratch/note'),
        volumeMounts: [{ name: 'shared', mountPath: '/scratch' }],
      },
    ],
    containers: [
      {
        name: 'c',
        image: 'busybox',
        command: shell('cat /data/note; ls /data'),
        volumeMounts: [{ name: 'shared', mountPath: '/data' }],
      },
    ],
  };
  assert.equal(await outputOf('sharing', spec), 'from the first\nnote\n');
  assert.equal(
    await outputOf('alone', { ...spec, initContainers: [] }),
    "cat: can't open '/data/note': No such file or directory\n",
  );
});
