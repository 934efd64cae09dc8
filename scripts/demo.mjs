// Debugs a pod with a service whose image has no shell, with a debug container with tools: `npm run demo [-- --no-install]`
// Uses real containers if possible, otherwise simulated ones, and says which. Checks the output of every command, and fails
// if it is not as shown.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kubectlDbg = join(root, 'packages', 'kubectl-dbg', 'bin', 'kubectl-dbg.cjs');
const POD = 'web';
const IMAGE = 'example.com/distroless/http-service:v1';
/** On an idle machine the pod is ready within a second. */
const READY_TIMEOUT_MS = 60_000;

await setUp({ root, build: true, packages: true });
const { startSandbox } = await import('../packages/sandbox/dist/index.js');
const { openCluster, realWorld } = await import('../packages/kubectl-dbg/dist/index.js');

title('A sandbox: Kubernetes on one node, in one process');
const sandbox = await startSandbox();
say(
  sandbox.simulatedReason === undefined
    ? `its containers are real ones, by runc${process.getuid() === 0 ? '' : ', in a user namespace of yours'}`
    : `its containers are SIMULATED: ${sandbox.simulatedReason}`,
);
for (const note of sandbox.notes) say(note);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => void sandbox.stop().finally(() => process.exit(130)));
}
try {
  process.exitCode = await play();
} catch (error) {
  console.error(`\ndemo failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await sandbox.stop();
}
process.exit();

async function play() {
  const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig };
  say(`export KUBECONFIG=${sandbox.kubeconfig}`);

  title('A pod runs a service from an image with one program and no shell');
  const cluster = await openCluster({}, { ...realWorld(), env });
  const pods = '/api/v1/namespaces/default/pods';
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: POD },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'service',
          image: IMAGE,
          readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
        },
      ],
    },
  };
  const created = await cluster.request({ method: 'POST', path: pods, body: pod });
  const ready = await awaitReady(cluster, pods, created.metadata.resourceVersion);
  const before = ready.status.containerStatuses[0];
  say(`pod/${POD} is ready: image ${before.image}, address ${ready.status.podIP}`);

  title('Its image really has no shell');
  await show(['sh', '-c', 'true'], { image: IMAGE, code: 69, check: /its image has no program "sh"/ });

  title('A debug container with tools sees its processes');
  await show(['ps', '-o', 'pid,user,args'], { check: /^\s*1\s.*node/m });

  title('It sees its files, below /proc/PID/root');
  await show(['ls', '-l', '/proc/1/root/app'], { check: /server\.js/ });

  title('It shares its network: a request reaches the service on localhost');
  await show(['wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'], {
    check: /hello from web/,
  });

  title("The command's exit code is kubectl-dbg's");
  await show(['sh', '-c', 'echo looked at everything; exit 7'], { code: 7, check: /looked at everything/ });

  title('And nothing was restarted');
  const after = await cluster.request({ method: 'GET', path: `${pods}/${POD}` });
  const same = after.status.containerStatuses[0];
  if (same.restartCount !== before.restartCount || same.containerID !== before.containerID) {
    throw new Error('the service was restarted');
  }
  const debuggers = after.status.ephemeralContainerStatuses.length;
  say(
    `service: ${same.restartCount} restarts, the same container as before; ${debuggers} debug containers came and went`,
  );

  if (process.stdin.isTTY && process.stdout.isTTY) await offerShell(env);
  await cluster.close();
  return 0;

  function show(words, { image = 'busybox', code = 0, check }) {
    return runShown([POD, `--image=${image}`, '-i=false', '-t=false', '-q', '--', ...words], {
      env,
      code,
      check,
    });
  }
}

async function runShown(args, { env, code, check }) {
  say(`$ kubectl dbg ${args.map(quote).join(' ')}`);
  const { status, output } = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [kubectlDbg, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        process.stdout.write(indent(chunk.toString()));
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
  if (status !== code) throw new Error(`the command exited with ${status}, not ${code}`);
  if (!check.test(output)) throw new Error(`the output does not show ${check}`);
  if (code !== 0) say(`(exit code ${status})`);
}

async function offerShell(env) {
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question('\nPress Enter for a shell in that pod, or q and Enter to end: ');
  ask.close();
  if (/^q/i.test(answer.trim())) return;
  await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [kubectlDbg, POD, '--image=busybox', '-it', '--', 'sh'], {
      env,
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

async function awaitReady(cluster, path, resourceVersion) {
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  const query = { fieldSelector: `metadata.name=${POD}` };
  for await (const { object } of cluster.watch({ path, query, resourceVersion, signal })) {
    if (object.status?.containerStatuses?.every((status) => status.ready)) return object;
  }
  throw new Error(`pod ${POD} was not ready within ${READY_TIMEOUT_MS / 1000} s`);
}

function title(text) {
  const bold = process.stdout.isTTY && !process.env.NO_COLOR;
  console.log(bold ? `\n\x1b[1m# ${text}\x1b[0m` : `\n# ${text}`);
}

function say(text) {
  console.log(text);
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '  ');
}

function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
