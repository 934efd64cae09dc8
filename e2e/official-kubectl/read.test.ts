// Reads of the official kubectl from a sandbox: objects in all formats, descriptions, events, permissions, discovery.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type KubectlWorld, missing, openKubectlWorld } from './kubectl-world.ts';

const PODS = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web, tier: front } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - { name: main, image: busybox, command: [sh, -c, 'echo started; sleep 3600'] }
---
apiVersion: v1
kind: Pod
metadata: { name: task, labels: { app: task } }
spec:
  restartPolicy: Never
  containers:
    - { name: main, image: busybox, command: [sh, -c, 'exit 3'] }
`;

describe('kubectl reads', { skip: missing }, () => {
  let world: KubectlWorld;
  before(async () => {
    world = await openKubectlWorld(['viewer']);
    await world.ok(['apply', '-f', '-'], PODS);
    await world.ok(['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer']);
    await world.ok(['wait', '--for=condition=Ready', 'pod/web', '--timeout=15s']);
    await world.ok(['wait', '--for=jsonpath={.status.phase}=Failed', 'pod/task', '--timeout=15s']);
  });
  after(async () => {
    await world.stop();
  });

  const tables: [args: string, row: RegExp][] = [
    ['get pods', /^NAME +READY +STATUS +RESTARTS +AGE\n(.*\n)*web +1\/1 +Running +0 +\d+s$/m],
    ['get pods', /^task +0\/1 +Error +0 +\d+s$/m],
    [
      'get po web -o wide',
      /^NAME .* IP +NODE +NOMINATED NODE +READINESS GATES\nweb .* [\d.]+ +vm +<none> +<none>$/m,
    ],
    ['get pods -A', /^default +web +1\/1 +Running/m],
    ['get pods --show-labels', /^web .* app=web,tier=front$/m],
    ['get pods -L tier', /^NAME .* TIER\n(.*\n)*web .* front$/m],
    ['get pod,ns', /^pod\/web +1\/1[^]*^namespace\/kube-system +Active +\d+s$/m],
    ['get nodes', /^NAME +STATUS +ROLES +AGE +VERSION\nvm +Ready +<none> +\d+s +v1\.36\.2$/m],
    ['get nodes -o wide', /INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME/],
    ['get events', /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n(.*\n)*.*Normal +Started +pod\/web/m],
    ['get svc', /^kubernetes +ClusterIP +10\.96\.0\.1 +<none> +443\/TCP +\d+s$/m],
    ['get configmaps', /^NAME +DATA +AGE\n(.*\n)*kube-root-ca\.crt +1 +\d+s$/m],
    ['get sa', /^NAME +SECRETS +AGE\ndefault +0 +\d+s$/m],
    ['events --for pod/web', /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n(.*\n)*.*Started +Pod\/web/m],
    ['get pods -o custom-columns=N:.metadata.name,P:.status.phase', /^N +P\n(.*\n)*web +Running$/m],
    ['api-versions', /^apps\/v1$/m],
    ['api-resources', /^deployments +deploy +apps\/v1 +true +Deployment$/m],
    ['api-resources --namespaced=false', /^nodes +no +v1 +false +Node$/m],
    ['version', /^Server Version: v1\.36\.2$/m],
    ['cluster-info', /control plane is running at https:\/\/127\.0\.0\.1:\d+/],
    ['explain pod.spec.containers', /^FIELD: containers <\[\]Container>$[^]*^ {2}image\t<string>$/m],
    ['explain deployment.spec.strategy', /^ {2}rollingUpdate\t<RollingUpdateDeployment>$/m],
    ['auth whoami', /^Username +kubernetes-admin\nGroups +\[system:masters system:authenticated\]$/m],
    ['auth can-i delete pods', /^yes$/m],
    ['auth can-i --list', /^\*\.\* +\[\] +\[\] +\[\*\]$/m],
  ];
  for (const [args, row] of tables) {
    test(args, async () => {
      assert.match(await world.ok(args.split(' ')), row);
    });
  }

  test('get -o json, yaml, name, jsonpath and go-template', async () => {
    const pod = await world.get<Pod>('pod', 'web');
    assert.equal(pod.status?.phase, 'Running');
    assert.match(await world.ok(['get', 'pod', 'web', '-o', 'yaml']), /^ {2}phase: Running$/m);
    assert.equal(await world.ok(['get', 'pods', '-o', 'name']), 'pod/task\npod/web\n');
    const path = ['get', 'pod', 'web', '-o', 'jsonpath={.spec.containers[*].image} {.status.podIP}'];
    assert.equal(await world.ok(path), `busybox ${pod.status?.podIP}`);
    const template = ['get', 'pods', '-o', 'go-template={{range .items}}{{.metadata.name}};{{end}}'];
    assert.equal(await world.ok(template), 'task;web;');
  });

  test('get with label and field selectors', async () => {
    const select = (...args: string[]) => world.ok(['get', 'pods', '-o', 'name', ...args]);
    assert.equal(await select('-l', 'app=web'), 'pod/web\n');
    assert.equal(await select('-l', 'app in (web,task),!tier'), 'pod/task\n');
    assert.equal(await select('--field-selector', 'status.phase=Running'), 'pod/web\n');
    assert.equal(await select('--field-selector', 'spec.nodeName=vm,status.phase!=Running'), 'pod/task\n');
    assert.equal(await select('-l', 'app=none'), '');
    assert.equal(await select('--chunk-size=1'), 'pod/task\npod/web\n');
  });

  test('get -w follows a pod until it is deleted', async () => {
    const watch = world.start(['get', 'pods', '-w', '-l', 'app in (web,watched)']);
    // After the initial list, the watch misses no events.
    await watch.waitFor(/^web /m);
    await world.ok([
      'run',
      'watched',
      '--image=busybox',
      '--labels=app=watched',
      '--restart=Never',
      '--',
      'sh',
      '-c',
      'sleep 1',
    ]);
    await watch.waitFor(/^watched +0\/1 +Completed /m);
    await watch.stop();
    const states = [...watch.stdout.matchAll(/^watched +\S+ +(\S+)/gm)].map((match) => match[1]);
    assert.deepEqual(
      [...new Set(states)],
      ['Pending', 'ContainerCreating', 'Running', 'Completed'],
      watch.stdout,
    );
    await world.ok(['delete', 'pod', 'watched', '--now']);
  });

  test('describe pod shows containers, volumes, conditions and events', async () => {
    const text = await world.ok(['describe', 'pod', 'web']);
    assert.match(text, /^Node: +vm\/192\.0\.2\.2$/m);
    assert.match(text, /^ {4}State: +Running$/m);
    assert.match(text, /^ {2}Ready +True\s*$/m);
    assert.match(
      text,
      /\/var\/run\/secrets\/kubernetes\.io\/serviceaccount from kube-api-access-\w{5} \(ro\)/,
    );
    for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started']) {
      assert.match(text, new RegExp(`^ {2}Normal +${reason} `, 'm'));
    }
    assert.match(await world.ok(['describe', 'pod', 'task']), /^ {6}Exit Code: +3$/m);
  });

  test('describe node shows conditions, capacity and pods', async () => {
    const text = await world.ok(['describe', 'node', 'vm']);
    assert.match(text, /^ {2}Ready +True .*KubeletReady/m);
    assert.match(text, /^ {2}pods: +110$/m);
    assert.match(text, /^ {2}default +web +0 \(0%\)/m);
    assert.match(text, /^Lease:\n {2}HolderIdentity: +vm$/m);
  });

  const failures: [args: string, message: RegExp][] = [
    ['get pod nosuch', /^Error from server \(NotFound\): pods "nosuch" not found$/m],
    ['get widgets', /^error: the server doesn't have a resource type "widgets"$/m],
    ['top pods', /^error: Metrics API not available$/m],
    ['--as=viewer auth can-i create pods', /^$/],
    [
      '--as=viewer delete pod web',
      /\(Forbidden\): pods "web" is forbidden: User "viewer" cannot delete resource "pods" in API group "" in the namespace "default"$/m,
    ],
    [
      '--context=kube-sandbox-viewer get nodes',
      /\(Forbidden\): nodes is forbidden: User "viewer" cannot list resource "nodes" in API group "" at the cluster scope$/m,
    ],
  ];
  for (const [args, message] of failures) {
    test(`${args} fails`, async () => {
      const result = await world.run(args.split(' '));
      assert.equal(result.code, 1, result.stdout);
      assert.match(result.stderr, message);
    });
  }

  test('a user with the role view can read what it allows', async () => {
    const viewer = '--context=kube-sandbox-viewer';
    assert.match(await world.ok([viewer, 'get', 'pods']), /^web /m);
    assert.match(await world.ok([viewer, 'auth', 'whoami']), /^Username +viewer$/m);
    const rights = await world.ok([viewer, 'auth', 'can-i', '--list']);
    assert.match(rights, /^pods +\[\] +\[\] +\[get list watch\]$/m);
    assert.doesNotMatch(rights, /^secrets /m);
  });
});
