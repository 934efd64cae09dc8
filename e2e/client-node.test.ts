// A second client of the sandbox: the official JavaScript client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  AppsV1Api,
  Attach,
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  makeInformer,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  type V1Pod,
  type V1Status,
  Watch,
} from '@kubernetes/client-node';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { missingForContainers } from './real-containers.ts';
import { REAL_CONTEXT } from './world.ts';

const missing = REAL_CONTEXT === undefined ? missingForContainers() : 'this tests the sandbox, not a cluster';
const namespace = 'default';

function pod(name: string, command: string[]): V1Pod {
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: 'busybox', command, stdin: true }],
    },
  };
}

describe('client-node', { skip: missing ?? false }, () => {
  let sandbox: Sandbox;
  let config: KubeConfig;
  let core: CoreV1Api;
  before(async () => {
    sandbox = await startSandbox({ runtime: 'runc' });
    config = new KubeConfig();
    config.loadFromFile(sandbox.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    await running(pod('talker', ['sh', '-c', 'echo ready; while read line; do echo "heard $line"; done']));
    await running(
      pod('web', ['sh', '-c', 'mkdir /www; echo page > /www/p; exec httpd -f -p 127.0.0.1:8080 -h /www']),
    );
  });
  after(async () => {
    await sandbox.stop();
  });

  /** Creates a pod and watches until it is ready; returns its phases. */
  async function running(body: V1Pod): Promise<string[]> {
    const phases: string[] = [];
    const name = body.metadata?.name ?? '';
    const { metadata } = await core.createNamespacedPod({ namespace, body });
    await new Promise<void>((resolve, reject) => {
      const query = { fieldSelector: `metadata.name=${name}`, resourceVersion: metadata?.resourceVersion };
      const watching = new Watch(config).watch(
        `/api/v1/namespaces/${namespace}/pods`,
        query,
        (_type, object: V1Pod) => {
          phases.push(object.status?.phase ?? '');
          if (object.status?.containerStatuses?.[0]?.ready !== true) return;
          void watching.then((abort) => abort.abort());
          resolve();
        },
        (error: unknown) => {
          if (error !== undefined && error !== null) reject(error);
        },
      );
    });
    return phases;
  }

  test('lists in chunks and by label', async () => {
    const first = await core.listNamespacedPod({ namespace, limit: 1 });
    assert.deepEqual(
      first.items.map(({ metadata }) => metadata?.name),
      ['talker'],
    );
    const rest = await core.listNamespacedPod({
      namespace,
      limit: 1,
      _continue: first.metadata?._continue ?? '',
    });
    assert.deepEqual(
      rest.items.map(({ metadata }) => metadata?.name),
      ['web'],
    );
    const chosen = await core.listNamespacedPod({ namespace, labelSelector: 'app=web' });
    assert.equal(chosen.items.length, 1);
  });

  test('watches a pod from Pending to Running', async () => {
    const phases = await running(pod('watched', ['sleep', '3600']));
    assert.deepEqual([...new Set(phases)], ['Pending', 'Running']);
    await core.deleteNamespacedPod({ name: 'watched', namespace, gracePeriodSeconds: 0 });
  });

  test('updates an informer', async () => {
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
      core.listNamespacedConfigMap({ namespace }),
    );
    const seen = new PassThrough({ objectMode: true });
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, ({ metadata }) => {
        if (metadata?.name === 'informed') seen.write(verb);
      });
    }
    await informer.start();
    const metadata = { name: 'informed' };
    await core.createNamespacedConfigMap({ namespace, body: { metadata } });
    assert.deepEqual(await once(seen, 'data'), ['add']);
    await core.replaceNamespacedConfigMap({
      name: 'informed',
      namespace,
      body: { metadata, data: { a: 'b' } },
    });
    assert.deepEqual(await once(seen, 'data'), ['update']);
    await core.deleteNamespacedConfigMap({ name: 'informed', namespace });
    assert.deepEqual(await once(seen, 'data'), ['delete']);
    await informer.stop();
  });

  test('patches with three patch types', async () => {
    const patch = (body: object, how: string) =>
      core.patchNamespacedPod({ name: 'web', namespace, body }, setHeaderOptions('Content-Type', how));
    await patch({ metadata: { labels: { strategic: 'yes' } } }, PatchStrategy.StrategicMergePatch);
    await patch({ metadata: { annotations: { merged: 'yes' } } }, PatchStrategy.MergePatch);
    const { metadata } = await patch(
      [{ op: 'add', path: '/metadata/labels/json', value: 'yes' }],
      PatchStrategy.JsonPatch,
    );
    assert.deepEqual(metadata?.labels, { app: 'web', strategic: 'yes', json: 'yes' });
    assert.equal(metadata?.annotations?.['merged'], 'yes');
  });

  test('scales a workload, and gets errors for invalid scales', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const named = { name: 'scaled', namespace };
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'busybox' }] },
    };
    const spec = { replicas: 0, selector: { matchLabels: { a: 'b' } }, template };
    await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'scaled' }, spec } });
    const scale = await apps.readNamespacedDeploymentScale(named);
    assert.deepEqual([scale.kind, scale.apiVersion], ['Scale', 'autoscaling/v1']);
    assert.deepEqual([scale.spec?.replicas, scale.status?.replicas, scale.status?.selector], [1, 0, 'a=b']);
    const patched = await apps.patchNamespacedDeploymentScale(
      { ...named, body: { spec: { replicas: 1 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    assert.equal(patched.spec?.replicas, 1);
    assert.equal((await apps.readNamespacedDeployment(named)).spec?.replicas, 1);
    const replace = (replicas: number, resourceVersion?: string) =>
      apps.replaceNamespacedDeploymentScale({
        ...named,
        body: {
          metadata: { ...named, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
          spec: { replicas },
        },
      });
    await assert.rejects(replace(2, scale.metadata?.resourceVersion), { code: 409 });
    await assert.rejects(replace(-1), { code: 422 });
    assert.equal((await replace(0)).spec?.replicas, undefined);
    await apps.deleteNamespacedDeployment(named);
  });

  test('gets errors as a Status', async () => {
    await assert.rejects(core.readNamespacedPod({ name: 'nosuch', namespace }), (error: unknown) => {
      const { code, body } = error as { code: number; body: string };
      assert.equal(code, 404);
      assert.equal((JSON.parse(body) as V1Status).message, 'pods "nosuch" not found');
      return true;
    });
  });

  test('runs commands, with input and exit code', async () => {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const stdin = new PassThrough();
    const command = ['sh', '-c', 'wc -c; echo oops >&2; exit 7'];
    const status = new Promise<V1Status>((resolve, reject) => {
      new Exec(config)
        .exec(namespace, 'web', 'main', command, stdout, stderr, stdin, false, resolve)
        .catch(reject);
    });
    stdin.end('x'.repeat(1000));
    const [out, err, { reason, details }] = await Promise.all([text(stdout), text(stderr), status]);
    assert.deepEqual([out.trim(), err], ['1000', 'oops\n']);
    assert.equal(reason, 'NonZeroExitCode');
    assert.deepEqual(details?.causes, [{ reason: 'ExitCode', message: '7' }]);
  });

  test('attaches', async () => {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const socket = await new Attach(config).attach(namespace, 'talker', 'main', stdout, null, stdin, false);
    stdin.write('hello\n');
    const [chunk] = (await once(stdout, 'data')) as [Buffer];
    assert.equal(chunk.toString(), 'heard hello\n');
    socket.close();
  });

  test('reads logs', async () => {
    let log = '';
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        log += chunk.toString();
        done();
      },
    });
    await new Log(config).log(namespace, 'talker', 'main', sink, { tailLines: 5 });
    await once(sink, 'finish');
    assert.match(log, /^ready\n/);
  });

  test('forwards a port', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const answer = text(output);
    const socket = await new PortForward(config).portForward(namespace, 'web', [8080], output, null, input);
    assert.ok(typeof socket !== 'function');
    socket.on('close', () => output.end());
    input.write('GET /p HTTP/1.0\r\n\r\n');
    assert.match(await answer, /^HTTP\/1\.[01] 200 OK[^]*\r\n\r\npage\n$/);
  });
});
