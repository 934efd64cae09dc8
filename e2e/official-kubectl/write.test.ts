// Writes of the official kubectl to a sandbox, and their effects.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { Scale } from 'kubernetes-types/autoscaling/v1.d.ts';
import type { CronJob, Job } from 'kubernetes-types/batch/v1.d.ts';
import type { ConfigMap, Namespace, Node, Pod, Secret, Service } from 'kubernetes-types/core/v1.d.ts';
import { type KubectlWorld, missing, openKubectlWorld } from './kubectl-world.ts';

function podYaml(name: string, label: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${label} } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - { name: main, image: busybox, command: [sleep, '3600'] }
`;
}

describe('kubectl writes', { skip: missing }, () => {
  let world: KubectlWorld;
  before(async () => {
    world = await openKubectlWorld();
  });
  after(async () => {
    await world.stop();
  });
  const ok = (args: string, input?: string) => world.ok(args.split(' '), input);

  test('apply reports created, unchanged and configured', async () => {
    assert.equal(await ok('apply -f -', podYaml('applied', 'one')), 'pod/applied created\n');
    assert.equal(await ok('apply -f -', podYaml('applied', 'one')), 'pod/applied unchanged\n');
    assert.equal(await ok('apply -f -', podYaml('applied', 'two')), 'pod/applied configured\n');
    const pod = await world.get<Pod>('pod', 'applied');
    assert.deepEqual(pod.metadata?.labels, { app: 'two' });
    const last = pod.metadata?.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
    assert.equal((JSON.parse(last) as Pod).metadata?.labels?.['app'], 'two');
  });

  test('apply removes fields that are no longer in the file', async () => {
    const file = (data: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kept }\ndata: { ${data} }\n`;
    await ok('apply -f -', file('a: "1", b: "2"'));
    await ok('patch configmap kept --type=merge -p {"data":{"other":"3"}}');
    await ok('apply -f -', file('a: "9"'));
    assert.deepEqual((await world.get<ConfigMap>('configmap', 'kept')).data, { a: '9', other: '3' });
  });

  test('a dry run writes nothing', async () => {
    for (const where of ['client', 'server']) {
      const text = await ok(`apply --dry-run=${where} -f -`, podYaml('dry', 'x'));
      assert.equal(text, `pod/dry created (${where === 'server' ? 'server dry run' : 'dry run'})\n`);
    }
    assert.equal((await world.run(['get', 'pod', 'dry'])).code, 1);
  });

  test('invalid objects are refused with the messages of a real server', async () => {
    const unknown = await world.run(['apply', '-f', '-'], {
      input: podYaml('bad', 'x').replace('spec:', 'spec:\n  containres: []'),
    });
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /strict decoding error: unknown field "spec\.containres"/);
    const invalid = await world.run(['create', '-f', '-'], { input: podYaml('Bad_Name', 'x') });
    assert.equal(invalid.code, 1);
    assert.match(invalid.stderr, /^The Pod "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name"/);
    await ok('create configmap once --from-literal=a=b');
    const twice = await world.run(['create', 'configmap', 'once']);
    assert.match(twice.stderr, /^error: failed to create configmap: configmaps "once" already exists$/m);
  });

  test('the subcommands of create create their objects', async () => {
    await ok('create namespace made');
    assert.equal((await world.get<Namespace>('ns', 'made')).status?.phase, 'Active');
    await ok('create configmap cm -n made --from-literal=key=value');
    assert.deepEqual((await world.get<ConfigMap>('cm', 'cm', '-n', 'made')).data, { key: 'value' });
    await ok('create secret generic s -n made --from-literal=password=geheim');
    const { data } = await world.get<Secret>('secret', 's', '-n', 'made');
    assert.equal(Buffer.from(data?.['password'] ?? '', 'base64').toString(), 'geheim');
    await ok('create serviceaccount robot -n made');
    await ok('create role reader -n made --verb=get,list --resource=pods');
    await ok('create rolebinding reader -n made --role=reader --serviceaccount=made:robot');
    const robot = '--as=system:serviceaccount:made:robot';
    assert.equal(await ok(`auth can-i list pods -n made ${robot}`), 'yes\n');
    assert.equal((await world.run(['auth', 'can-i', 'list', 'pods', robot])).stdout, 'no\n');
    await ok('create service clusterip web -n made --tcp=80:8080');
    const service = await world.get<Service>('svc', 'web', '-n', 'made');
    assert.deepEqual(service.spec?.ports?.[0], {
      name: '80-8080',
      port: 80,
      protocol: 'TCP',
      targetPort: 8080,
    });
    await ok('create quota q -n made --hard=pods=3');
    await ok('create cronjob cj -n made --image=busybox --schedule=@yearly -- true');
    assert.equal((await world.get<CronJob>('cronjob', 'cj', '-n', 'made')).spec?.schedule, '@yearly');
    await ok('delete namespace made --wait=true');
    assert.equal((await world.run(['get', 'namespace', 'made'])).code, 1);
  });

  test('create job runs its pod to completion', async () => {
    await ok('create job once --image=busybox -- sh -c true');
    await ok('wait --for=condition=Complete job/once --timeout=15s');
    assert.equal((await world.get<Job>('job', 'once')).status?.succeeded, 1);
    assert.match(await ok('get pods -l job-name=once'), /^once-\w{5} +0\/1 +Completed/m);
  });

  test('run, label, annotate, patch', async () => {
    await ok('run runner --image=busybox --env=A=b --labels=x=1 --restart=Never -- sleep 3600');
    await ok('label pod runner y=2 x-');
    await ok('annotate pod runner note=hello');
    await ok('patch pod runner -p {"metadata":{"labels":{"strategic":"yes"}}}');
    await ok('patch pod runner --type=json -p [{"op":"add","path":"/metadata/labels/json","value":"yes"}]');
    const refused = await world.run(['label', 'pod', 'runner', 'y=3']);
    assert.match(refused.stderr, /'y' already has a value \(2\), and --overwrite is false/);
    const pod = await world.get<Pod>('pod', 'runner');
    assert.deepEqual(pod.metadata?.labels, { y: '2', strategic: 'yes', json: 'yes' });
    assert.equal(pod.metadata?.annotations?.['note'], 'hello');
    assert.deepEqual(pod.spec?.containers[0]?.env, [{ name: 'A', value: 'b' }]);
    const bad = await world.run(['patch', 'pod', 'runner', '-p', '{"spec":{"nodeName":"other"}}']);
    assert.match(
      bad.stderr,
      /^The Pod "runner" is invalid: spec: Forbidden: pod updates may not change fields/,
    );
  });

  test('edit writes the edited object', async () => {
    await ok('create configmap edited --from-literal=a=before');
    const editor = await world.file('editor.sh', '#!/bin/sh\nsed -i s/before/after/ "$1"\n');
    const result = await world.run(['edit', 'configmap', 'edited'], { env: { KUBE_EDITOR: `sh ${editor}` } });
    assert.equal(result.stdout, 'configmap/edited edited\n', result.stderr);
    assert.deepEqual((await world.get<ConfigMap>('configmap', 'edited')).data, { a: 'after' });
  });

  test('a Deployment rolls out, scales and changes its image', async () => {
    await ok('create deployment web --image=busybox --replicas=2 -- sleep 3600');
    assert.match(await ok('rollout status deployment/web --timeout=20s'), /successfully rolled out/);
    assert.match(await ok('get deployment web'), /^web +2\/2 +2 +2 +\d+s$/m);
    assert.match(await ok('get rs -l app=web'), /^web-\w+ +2 +2 +2 +\d+s$/m);
    const scale = await world.get<Scale>('deployment', 'web', '--subresource=scale');
    assert.deepEqual(
      [scale.kind, scale.spec, scale.status],
      ['Scale', { replicas: 2 }, { replicas: 2, selector: 'app=web' }],
    );
    const otherwise = await world.run(['scale', 'deployment', 'web', '--replicas=3', '--current-replicas=5']);
    assert.match(otherwise.stderr, /Expected replicas to be 5, was 2/);
    await ok('scale deployment web --replicas=1');
    await ok('wait --for=jsonpath={.status.replicas}=1 deployment/web --timeout=20s');
    await ok('set image deployment/web busybox=busybox:1.37');
    assert.match(await ok('rollout status deployment/web --timeout=20s'), /successfully rolled out/);
    const { status, spec } = await world.get<Deployment>('deployment', 'web');
    assert.deepEqual([status?.replicas, status?.updatedReplicas, status?.readyReplicas], [1, 1, 1]);
    assert.equal(spec?.template.spec?.containers[0]?.image, 'busybox:1.37');
    assert.match(await ok('describe deployment web'), /ScalingReplicaSet/);
    await ok('delete deployment web --now');
    await ok('wait --for=jsonpath={.metadata.deletionTimestamp} pod -l app=web --timeout=20s');
    await ok('delete pod -l app=web --now');
    assert.equal(await ok('get pods -l app=web -o name'), '');
  });

  test('cordon and taint keep pods off the node', async () => {
    await ok('cordon vm');
    assert.match(await ok('get nodes'), /^vm +Ready,SchedulingDisabled /m);
    await ok('run waiting --image=busybox --restart=Never -- true');
    await ok('wait --for=condition=PodScheduled=false pod/waiting --timeout=10s');
    await ok('uncordon vm');
    await ok('wait --for=jsonpath={.status.phase}=Succeeded pod/waiting --timeout=20s');
    await ok('taint node vm special=yes:NoSchedule');
    assert.deepEqual((await world.get<Node>('node', 'vm')).spec?.taints, [
      { key: 'special', value: 'yes', effect: 'NoSchedule' },
    ]);
    await ok('taint node vm special-');
  });

  test('delete waits until the pod is deleted; by label, by file, with --now', async () => {
    await ok('apply -f -', podYaml('gone', 'gone') + '---' + podYaml('gone2', 'gone'));
    await ok('wait --for=condition=Ready pod -l app=gone --timeout=15s');
    assert.match(await ok('delete pod gone'), /^pod "gone" deleted/);
    assert.equal((await world.run(['get', 'pod', 'gone'])).code, 1);
    assert.match(await ok('delete pod -l app=gone --grace-period=0 --force'), /^pod "gone2" force deleted/);
    await ok('wait --for=delete pod/gone2 --timeout=10s');
    const file = await world.file('pod.yaml', podYaml('filed', 'filed'));
    await ok(`create -f ${file}`);
    assert.match(await ok(`delete -f ${file} --now`), /^pod "filed" deleted/);
    const kept = await world.run(['delete', 'namespace', 'kube-system']);
    assert.match(kept.stderr, /namespaces "kube-system" is forbidden: this namespace may not be deleted$/m);
    const result = await world.run(['delete', 'pod', 'nosuch']);
    assert.match(result.stderr, /^Error from server \(NotFound\): pods "nosuch" not found$/m);
  });
});
