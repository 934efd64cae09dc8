import { randomInt } from 'node:crypto';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { load, loadAll } from 'js-yaml';
import { startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster } from '../../cluster/index.ts';
import { run } from '../../cli/run.ts';
import type { Diagnosis } from '../../doctor/finding.ts';
import { collectionPath } from '../../doctor/kinds.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import { testWorld } from '../../testing/test-world.ts';
import { diagnose } from './diagnose.ts';

/** Time limit for a broken pod to show its problem. */
const PATIENCE_MS = 60_000;
const NAMESPACE = 'shop';

/** No findings for a pod younger than 15 s; the tests don't wait for that. */
const LATER_MS = 20_000;
const later = () => Date.now() + LATER_MS;

const create = (cluster: Cluster, path: string, body: object) =>
  cluster.request({ method: 'POST', path, body });

/** A cluster with a user who may only view one namespace. */
async function openViewer(context: TestContext) {
  const sandbox = await startSandbox({
    runtime: 'simulated',
    users: [{ name: 'dan' }],
  });
  context.after(() => sandbox.stop());
  const admin = await openCluster({ kubeconfig: sandbox.kubeconfig, namespace: NAMESPACE }, testWorld());
  const viewer = await openCluster(
    { kubeconfig: sandbox.kubeconfig, context: 'kube-sandbox-dan', namespace: NAMESPACE },
    testWorld(),
  );
  context.after(() => Promise.all([admin.close(), viewer.close()]));
  await create(admin, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  await create(admin, `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'dan-views' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dan' }],
  });
  return { sandbox, admin, viewer };
}

type Container = Record<string, unknown>;
const pod = (name: string, container: Container = {}, spec: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name }, ...metadata },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'busybox', command: ['sleep', '3600'], ...container }],
    ...spec,
  },
});

const BROKEN: readonly { id: string; make: (name: string) => object }[] = [
  { id: 'P1', make: (name) => pod(name, { image: 'nosuch:v12' }) },
  { id: 'P2', make: (name) => pod(name, { image: 'example.com/private/app:1' }) },
  { id: 'P3', make: (name) => pod(name, { image: 'simulated/too-many-requests:1' }) },
  { id: 'P4', make: (name) => pod(name, { image: 'nosuch.invalid/x:1' }) },
  { id: 'P7', make: (name) => pod(name, { image: 'nosuch:v12', imagePullPolicy: 'Never' }) },
  { id: 'P8', make: (name) => pod(name, { image: 'Not Valid' }) },
  { id: 'C1', make: (name) => pod(name, { envFrom: [{ configMapRef: { name: 'nosuch' } }] }) },
  {
    id: 'C2',
    make: (name) =>
      pod(name, { env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'nosuch', key: 'k' } } }] }),
  },
  { id: 'C4', make: (name) => pod(name, { securityContext: { runAsNonRoot: true } }) },
  { id: 'R1', make: (name) => pod(name, { command: ['nosuch'] }) },
  { id: 'R2', make: (name) => pod(name, { command: ['/no/such/program'] }) },
  { id: 'K1', make: (name) => pod(name, { command: ['sh', '-c', 'echo today is no good; exit 7'] }) },
  { id: 'K2', make: (name) => pod(name, { command: ['true'] }) },
  {
    id: 'K14',
    make: (name) =>
      pod(name, {
        command: ['sh', '-c', 'echo dial tcp 10.1.2.3:5432: connect: connection refused; exit 1'],
      }),
  },
  { id: 'T16', make: (name) => pod(name, { command: ['sh', '-c', 'exit 3'] }, { restartPolicy: 'Never' }) },
  { id: 'T4', make: (name) => pod(name, {}, { activeDeadlineSeconds: 1 }) },
  { id: 'S3', make: (name) => pod(name, { resources: { requests: { cpu: '1000' } } }) },
  { id: 'S7', make: (name) => pod(name, {}, { nodeSelector: { x: 'y' } }) },
  {
    id: 'S12',
    make: (name) =>
      pod(name, {}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'nosuch' } }] }),
  },
  { id: 'V1', make: (name) => pod(name, {}, { volumes: [{ name: 'v', configMap: { name: 'nosuch' } }] }) },
  { id: 'V2', make: (name) => pod(name, {}, { volumes: [{ name: 'v', secret: { secretName: 'nosuch' } }] }) },
  {
    id: 'I1',
    make: (name) =>
      pod(
        name,
        {},
        { initContainers: [{ name: 'setup', image: 'busybox', command: ['sh', '-c', 'exit 3'] }] },
      ),
  },
  {
    id: 'U4',
    make: (name) =>
      pod(name, {
        readinessProbe: { exec: { command: ['cat', '/tmp/ok'] }, periodSeconds: 1, failureThreshold: 1 },
      }),
  },
  { id: 'U8', make: (name) => pod(name, {}, { readinessGates: [{ conditionType: 'x.io/y' }] }) },
  { id: 'S2', make: (name) => pod(name, {}, { schedulerName: 'nosuch' }) },
  { id: 'G2', make: (name) => pod(name, {}, {}, { finalizers: ['example.com/x'] }) },
];

test('broken pods, diagnosed by a user who may only view', async (context) => {
  const { admin, viewer } = await openViewer(context);
  const signal = AbortSignal.timeout(PATIENCE_MS * 2);
  const pods = collectionPath('Pod', NAMESPACE);
  await Promise.all(BROKEN.map(({ id, make }) => create(admin, pods, make(id.toLowerCase()))));
  await admin.request({ method: 'DELETE', path: `${pods}/g2` });
  for (const { id } of BROKEN) {
    await context.test(`${id} is found`, async () => {
      let seen: Diagnosis | undefined;
      const end = Date.now() + PATIENCE_MS;
      do {
        const { items } = await diagnose(viewer, { targets: [id.toLowerCase()] }, { signal, now: later });
        [seen] = items;
        if (seen?.findings[0]?.id === id) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      } while (Date.now() < end);
      assert.equal(seen?.findings[0]?.id, id, JSON.stringify(seen, null, 1));
      assert.equal(seen.verdict, 'broken');
    });
  }
});

test('throws a DbgError for a missing target; settings are optional', async (context) => {
  const { viewer } = await openViewer(context);
  await assert.rejects(diagnose(viewer, { targets: ['nosuch'] }), {
    name: 'DbgError',
    kind: 'notFound',
    code: 'ObjectNotFound',
    message: 'pods "nosuch" not found',
  });
  const { items } = await diagnose(viewer, {});
  assert.equal(items[0]?.verdict, 'ok');
});

const template = (spec: object = {}) => ({
  metadata: { labels: { app: 'w' } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'busybox', command: ['sleep', '3600'] }],
    ...spec,
  },
});
const deployment = (name: string, spec: object = {}, more: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas: 1, selector: { matchLabels: { app: 'w' } }, template: template(spec), ...more },
});

/** Diagnoses until the first finding is the expected one, with this title. */
async function until(
  id: string,
  look: () => Promise<Diagnosis | undefined>,
  title = /^/,
): Promise<Diagnosis> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    const [first] = seen?.findings ?? [];
    if (seen !== undefined && first?.id === id && title.test(first.title)) return seen;
    if (Date.now() > end) assert.fail(`${id} is not on top: ${JSON.stringify(seen, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

test('workloads, Services and claims, diagnosed by a user who may only view', async (context) => {
  const { admin, viewer } = await openViewer(context);
  const signal = AbortSignal.timeout(PATIENCE_MS * 3);
  const look = async (target: string) =>
    (await diagnose(viewer, { targets: [target] }, { signal, now: later })).items[0];
  const deployments = collectionPath('Deployment', NAMESPACE);

  await create(admin, deployments, deployment('w', { serviceAccountName: 'nosuch' }));
  await until('O8', () => look('deploy/w'));
  await admin.request({ method: 'DELETE', path: `${deployments}/w` });

  await create(admin, `/api/v1/namespaces/${NAMESPACE}/resourcequotas`, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: '0' } },
  });
  await create(admin, deployments, deployment('full'));
  const refused = await until('O1', () => look('deploy/full'));
  assert.equal(refused.verdict, 'broken');
  const bound = { object: 'resourcequota/q', path: 'status.hard[pods]', value: '0' };
  assert.deepEqual(
    refused.findings[0]?.evidence.find(({ path }) => path === bound.path),
    bound,
  );
  // A StatefulSet has no condition for this, and its events expire: the quota itself is the evidence.
  await create(admin, collectionPath('StatefulSet', NAMESPACE), {
    ...deployment('none', {}, { serviceName: 'none' }),
    kind: 'StatefulSet',
  });
  await until('O1', () => look('sts/none'));
  const older = () => later() + 60_000;
  // Its controller retries with growing pauses, each time with an event.
  for (const end = Date.now() + PATIENCE_MS; ;) {
    await admin.request({ method: 'DELETE', path: collectionPath('Event', NAMESPACE) });
    const { items } = await diagnose(viewer, { targets: ['sts/none'] }, { signal, now: older });
    const [top] = items[0]?.findings ?? [];
    assert.equal(top?.id, 'O1');
    if (top.confidence === 'inferred') break;
    assert.ok(Date.now() < end, JSON.stringify(items));
  }
  await admin.request({ method: 'DELETE', path: `${collectionPath('StatefulSet', NAMESPACE)}/none` });
  await admin.request({ method: 'DELETE', path: `/api/v1/namespaces/${NAMESPACE}/resourcequotas/q` });
  await admin.request({ method: 'DELETE', path: `${deployments}/full` });

  await create(
    admin,
    deployments,
    deployment(
      'pull',
      { containers: [{ name: 'main', image: 'example.com/private/app:1' }] },
      { replicas: 3 },
    ),
  );
  await until('P2', () => look('deploy/pull'), /^3 pods of deployment\/pull: /);

  await create(admin, collectionPath('Service', NAMESPACE), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector: { app: 'wrong' }, ports: [{ port: 80 }] },
  });
  await until('E1', () => look('svc/s'));
  assert.match((await look('svc/s'))?.findings[0]?.title ?? '', /app is w instead of wrong/);

  await create(
    admin,
    deployments,
    deployment(
      'zero',
      {},
      {
        replicas: 0,
        selector: { matchLabels: { app: 'z' } },
        template: { ...template(), metadata: { labels: { app: 'z' } } },
      },
    ),
  );
  assert.equal((await look('deploy/zero'))?.verdict, 'ok');

  // The whole namespace: most severe first, grouped by cause.
  const { items } = await diagnose(viewer, {}, { signal, now: later });
  assert.equal(items[0]?.target.kind, 'Namespace');
  assert.match(
    items[0]?.findings[0]?.title ?? '',
    /^3 pods of deployment\/pull: image refused by registry example.com, registry responds with 401$/,
  );
  assert.equal(
    (await diagnose(admin, { allNamespaces: true }, { signal, now: later })).items.find(
      ({ target }) => target.name === NAMESPACE,
    )?.verdict,
    'broken',
  );
  assert.equal(
    (await diagnose(viewer, { selector: 'app=w' }, { signal, now: later })).items[0]?.findings[0]?.id,
    'P2',
  );

  const node = (await diagnose(viewer, { targets: ['node/kube-sandbox'] }, { signal })).items[0];
  assert.equal(node?.verdict, 'undecided');
  assert.ok(
    node.notChecked.some(({ right }) => right === 'get nodes in the whole cluster'),
    JSON.stringify(node),
  );
});

test('a diagnosis of a pod takes about ten requests, all of them reads', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  await create(
    admin,
    collectionPath('Pod', NAMESPACE),
    pod(
      'crash',
      { command: ['sh', '-c', 'exit 7'] },
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] },
    ),
  );
  await create(admin, collectionPath('Pod', NAMESPACE), pod('loop', { command: ['sh', '-c', 'exit 7'] }));
  const requests: string[] = [];
  const cluster = await openCluster(
    {
      kubeconfig: sandbox.kubeconfig,
      namespace: NAMESPACE,
      trace: (entry) => entry.kind === 'request' && requests.push(entry.method),
    },
    testWorld(),
  );
  context.after(() => cluster.close());
  for (const name of ['crash', 'loop']) {
    requests.length = 0;
    const { items } = await diagnose(
      cluster,
      { targets: [name] },
      { signal: AbortSignal.timeout(PATIENCE_MS), now: later },
    );
    assert.equal(items.length, 1);
    assert.ok(requests.length <= 10, `${name}: ${requests.length} requests`);
    assert.ok(
      requests.every((method) => method === 'GET'),
      requests.join(' '),
    );
  }
});

test('a request without a response makes the diagnosis incomplete but does not fail it', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  await create(admin, collectionPath('Pod', NAMESPACE), pod('p', { image: 'nosuch:v12' }));
  sandbox.faults.add({
    point: 'request',
    match: { verb: 'list', resource: 'events' },
    action: { kind: 'delay', milliseconds: 60_000 } as never,
  });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const seen = await until(
    'P1',
    async () =>
      (await diagnose(admin, { targets: ['p'] }, { signal, now: later, requestTimeout: 300 })).items[0],
  );
  assert.equal(seen.verdict, 'broken');
  assert.ok(
    seen.notChecked.some(({ what }) => what.startsWith('events')),
    JSON.stringify(seen.notChecked),
  );
});

/** Runs the command as a user of the sandbox. */
async function doctor(kubeconfig: string, user: string | undefined, ...words: string[]) {
  const world = testWorld();
  const code = await run(
    [
      'doctor',
      ...words,
      '--kubeconfig',
      kubeconfig,
      '-n',
      NAMESPACE,
      ...(user === undefined ? [] : ['--context', `kube-sandbox-${user}`]),
    ],
    world,
  );
  return { code, output: world.output(), errors: world.errors() };
}

test('the command: exit codes, formats, explanations', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  const { kubeconfig } = sandbox;
  await create(admin, collectionPath('Pod', NAMESPACE), pod('good'));
  await create(admin, collectionPath('Pod', NAMESPACE), pod('bad', { image: 'nosuch:v12' }));
  await until(
    'P1',
    async () =>
      (await diagnose(admin, { targets: ['bad'] }, { signal: AbortSignal.timeout(PATIENCE_MS) })).items[0],
  );

  const broken = await doctor(kubeconfig, 'dan', 'bad');
  assert.equal(broken.code, 1);
  assert.match(broken.output, /^pod\/bad in shop: broken\n\nP1 {2}Image nosuch:v12 /);
  assert.match(broken.output, /--context kube-sandbox-dan/);
  const json = JSON.parse((await doctor(kubeconfig, 'dan', 'bad', '-o', 'json')).output) as Diagnosis;
  assert.deepEqual(Object.keys(json), [
    'apiVersion',
    'kind',
    'target',
    'verdict',
    'findings',
    'notChecked',
    'rights',
  ]);
  assert.deepEqual(Object.keys(json.findings[0] ?? {}), [
    'id',
    'level',
    'confidence',
    'object',
    'title',
    'evidence',
    'becauseOf',
    'next',
  ]);
  assert.equal(
    (load((await doctor(kubeconfig, 'dan', 'bad', '-o', 'yaml')).output) as Diagnosis).verdict,
    'broken',
  );
  assert.match(
    (await doctor(kubeconfig, 'dan', 'bad', '-o', 'markdown')).output,
    /^## pod\/bad in shop: broken/,
  );
  const list = JSON.parse((await doctor(kubeconfig, 'dan', 'bad', 'good', '-o', 'json')).output) as {
    kind: string;
    items: Diagnosis[];
  };
  assert.equal(list.kind, 'DiagnosisList');
  assert.equal(list.items.length, 2);

  assert.equal((await doctor(kubeconfig, 'dan', 'nosuch')).code, 66);
  assert.equal((await doctor(kubeconfig, 'dan', 'what/ever')).code, 64);
  assert.equal((await doctor(kubeconfig, 'dan', 'bad', '-o', 'xml')).code, 64);
  assert.equal((await doctor(kubeconfig, undefined, '--explain', 'nosuch')).code, 64);
  assert.match((await doctor(kubeconfig, undefined, '--explain', 'p1')).output, /^# P1: /);
  const undecided = await doctor(kubeconfig, 'dan', 'node/kube-sandbox');
  assert.equal(undecided.code, 2);
  assert.match(undecided.output, /Not checked:[^]*get nodes in the whole cluster/);
});

test('the suggested roles are sufficient once granted', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  await create(
    admin,
    collectionPath('Pod', NAMESPACE),
    pod('full', { resources: { requests: { cpu: '1000' } } }),
  );
  const { kubeconfig } = sandbox;
  const before = await doctor(kubeconfig, 'dan', 'full', '--rights', '-o', 'json');
  const rights = new Map(
    (JSON.parse(before.output) as Diagnosis).rights.map(({ what, allowed }) => [what, allowed]),
  );
  assert.equal(rights.get('view'), true);
  assert.equal(rights.get('logs'), true);
  for (const what of ['ephemeral', 'attach', 'exec', 'copy', 'node'])
    assert.equal(rights.get(what), false, what);
  assert.equal(rights.get('profile restricted'), true);

  const { output, code } = await doctor(kubeconfig, 'dan', 'full', '--role-yaml');
  assert.equal(code, 0);
  const documents = loadAll(output) as { kind: string; metadata: { name: string; namespace?: string } }[];
  assert.deepEqual(
    documents.map(({ kind }) => kind),
    ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  );
  assert.doesNotMatch(output, /secrets/);
  for (const document of documents) {
    const { namespace } = document.metadata;
    const directory = namespace === undefined ? '' : `/namespaces/${namespace}`;
    await create(
      admin,
      `/apis/rbac.authorization.k8s.io/v1${directory}/${document.kind.toLowerCase()}s`,
      document,
    );
  }
  const after = JSON.parse(
    (await doctor(kubeconfig, 'dan', 'full', '--rights', '-o', 'json')).output,
  ) as Diagnosis;
  for (const what of ['view', 'logs', 'ephemeral', 'attach']) {
    assert.equal(after.rights.find((right) => right.what === what)?.allowed, true, what);
  }
  assert.deepEqual(after.notChecked, []);
  assert.match((await doctor(kubeconfig, 'dan', 'full', '--role-yaml')).output, /^# you have all rights/);
});

test('a bundle is private and masked, and overwrites nothing', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  const directory = await temporaryDirectory(context);
  await create(
    admin,
    collectionPath('Pod', NAMESPACE),
    pod('crash', {
      command: ['sh', '-c', 'echo password=hunter22; exit 7'],
      env: [{ name: 'TOKEN', value: 'hunter23' }],
    }),
  );
  await until(
    'K1',
    async () =>
      (await diagnose(admin, { targets: ['crash'] }, { signal: AbortSignal.timeout(PATIENCE_MS) })).items[0],
  );
  const file = join(directory, 'bundle.tar.gz');
  const { code, errors } = await doctor(sandbox.kubeconfig, 'dan', 'crash', '--bundle', file);
  assert.equal(code, 1, errors);
  assert.match(errors, /diagnosis\.json \(\d+ bytes\)[^]*pods\.json[^]*logs/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const text = gunzipSync(await readFile(file)).toString('utf8');
  assert.match(text, /"TOKEN"/);
  assert.doesNotMatch(text, /hunter2/);
  assert.equal((await doctor(sandbox.kubeconfig, 'dan', 'crash', '--bundle', file)).code, 64);
});

test('--watch prints the diagnosis again when it changes, and exits on an interrupt', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  await create(admin, collectionPath('Pod', NAMESPACE), pod('p', { image: 'nosuch:v12' }));
  await until(
    'P1',
    async () =>
      (await diagnose(admin, { targets: ['p'] }, { signal: AbortSignal.timeout(PATIENCE_MS) })).items[0],
  );
  let interrupt: () => void = () => undefined;
  const world = testWorld({
    onSignal: (signal, listener) => {
      if (signal === 'SIGINT') interrupt = listener;
      return () => undefined;
    },
  });
  const ends = run(['doctor', 'p', '--watch', '--kubeconfig', sandbox.kubeconfig, '-n', NAMESPACE], world);
  const shown = async (pattern: RegExp) => {
    const end = Date.now() + PATIENCE_MS;
    while (!pattern.test(world.output())) {
      assert.ok(Date.now() < end, world.output() + world.errors());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await shown(/P1 {2}/);
  await admin.request({
    method: 'PATCH',
    path: `${collectionPath('Pod', NAMESPACE)}/p`,
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { containers: [{ name: 'main', image: 'busybox' }] } },
  });
  await shown(/nothing is broken/);
  interrupt();
  assert.equal(await ends, 130);
});

/** Applies the suggested role. */
async function grant(admin: Cluster, yaml: string): Promise<void> {
  for (const document of loadAll(yaml) as { kind: string; metadata: { namespace?: string } }[]) {
    const { namespace } = document.metadata;
    const directory = namespace === undefined ? '' : `/namespaces/${namespace}`;
    const path = `/apis/rbac.authorization.k8s.io/v1${directory}/${document.kind.toLowerCase()}s`;
    await create(admin, path, document);
  }
}

test('tells a refused user how to get the role, and with the role refuses nothing', async (context) => {
  const { sandbox, admin } = await openViewer(context);
  await create(admin, collectionPath('Pod', NAMESPACE), pod('web'));
  const path = `${collectionPath('Pod', NAMESPACE)}/web`;
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const { status } = await admin.request<{ status?: { phase?: string } }>({ method: 'GET', path });
    if (status?.phase === 'Running') break;
    assert.ok(Date.now() < end);
  }
  const dbg = async (...words: string[]) => {
    const world = testWorld({ randomInt });
    const flags = ['--kubeconfig', sandbox.kubeconfig, '--context', 'kube-sandbox-dan'];
    const at = words.indexOf('--');
    const line = at < 0 ? [...words, ...flags] : [...words.slice(0, at), ...flags, ...words.slice(at)];
    const code = await run(line, world);
    return { code, output: world.output(), errors: world.errors() };
  };
  const inShop = ['-n', NAMESPACE];
  const uses: readonly (readonly [words: readonly string[], use: RegExp])[] = [
    [['each', ...inShop, '--yes', '--', 'true'], /--role-yaml=debug/],
    [['web', ...inShop, '--', 'true'], /--role-yaml=debug/],
    [['web', ...inShop, '--copy-to=w2', '--image=busybox', '--', 'true'], /--role-yaml=copy/],
    [['web', ...inShop, '--via=exec', '--', 'true'], /--role-yaml=exec/],
    [['deploy/web', '-n', 'default', '--', 'true'], /'--role-yaml=get deployments\.apps'/],
    [['clean', '-n', 'default'], /--role-yaml=view -n default/],
    [['ls', '-A'], /--role-yaml=view -A/],
  ];
  for (const [words, use] of uses) {
    const refused = await dbg(...words);
    assert.notEqual(refused.code, 0, words.join(' '));
    assert.match(refused.errors, /Ask for the right to /, words.join(' '));
    assert.match(refused.errors, use);
    // The printed command, as parsed by a shell.
    const told =
      /print a role for it with: kubectl dbg (doctor .*?)(?:, or leave out .*)?$/m.exec(
        refused.errors,
      )?.[1] ?? '';
    const [command = '', ...rest] = [...told.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    assert.ok(rest.includes('kube-sandbox-dan'), told);
    const own = rest.filter(
      (word, index) =>
        !/^--(kubeconfig|context)$/.test(rest[index - 1] ?? '') && !/^--(kubeconfig|context)$/.test(word),
    );
    const role = await dbg(command, ...own);
    assert.equal(role.code, 0, role.errors);
    assert.doesNotMatch(role.output, /secrets|\*/);
    if (use.source.includes('debug') && words[0] === 'each') continue;
    await grant(
      admin,
      role.output.replaceAll('kubectl-dbg-', `${words.join('').replaceAll(/[^a-z0-9]/g, '')}-`),
    );
    const again = await dbg(...words);
    assert.doesNotMatch(again.errors, /Ask for the right to /, words.join(' '));
    assert.match((await dbg(command, ...own)).output, /^# you have all rights/);
  }
  assert.equal((await dbg('doctor', '--role-yaml=nonsense', ...inShop)).code, 64);
});
