import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '../sandbox.ts';
import {
  defaultStateDirectory,
  makePrivateDirectory,
  removeStateDirectory,
} from '../setup/state-directory.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import { stopInstance, type Instance, runningInstance, writeInstance } from './instance.ts';

/** Exit codes of sysexits.h: the command line is wrong; the request can't be fulfilled. */
const USAGE = 64;
const UNAVAILABLE = 69;

const HELP = `kube-sandbox: a one-node Kubernetes cluster for tests and experiments, on 127.0.0.1 only

  kube-sandbox up [--detach] [--runtime auto|runc|simulated] [--port N] [--state-directory DIR]
                  [--image-archive FILE|DIR]...
  kube-sandbox status [--state-directory DIR]
  kube-sandbox down [--state-directory DIR]

up         starts a sandbox and prints the command that points kubectl at it; stops with Ctrl-C
  --detach    returns when the sandbox is ready, and leaves it running
  --runtime   runc: real containers (Linux; root, or a user namespace); simulated: scripted ones; auto (default): runc if possible
  --port      port of the API server; default: a free one
  --image-archive  images for the node, written by "docker save": a file, or a directory of them
status     says whether a sandbox is running, and prints the command again
down       stops the sandbox, and removes what a killed one left behind
`;

/** Runs one command line; returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(argv);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), USAGE);
  }
  const { positionals, values } = options;
  const [command, ...others] = positionals;
  if (values.help === true || command === 'help' || command === undefined) {
    process.stdout.write(HELP);
    return command === undefined && values.help !== true ? USAGE : 0;
  }
  if (others.length > 0) return fail(`unexpected argument "${others[0] ?? ''}"`, USAGE);
  const directory = values['state-directory'] ?? defaultStateDirectory(process.env, process.getuid?.() ?? 0);
  try {
    switch (command) {
      case 'up':
        return values.detach === true ? await upDetached(argv, directory) : await up(directory, values);
      case 'status':
        return status(directory);
      case 'down':
        return await down(directory);
      default:
        return fail(`unknown command "${command}"`, USAGE);
    }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), UNAVAILABLE);
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      detach: { type: 'boolean' },
      runtime: { type: 'string' },
      port: { type: 'string' },
      'state-directory': { type: 'string' },
      'image-archive': { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

async function up(
  directory: string,
  values: { runtime?: string; port?: string; 'image-archive'?: string[] },
): Promise<number> {
  const { runtime = 'auto', port = '0' } = values;
  if (runtime !== 'auto' && runtime !== 'runc' && runtime !== 'simulated') {
    return fail(`unknown runtime "${runtime}": use auto, runc or simulated`, USAGE);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return fail(`invalid port "${port}"`, USAGE);
  const other = runningInstance(directory);
  if (other !== undefined) {
    return fail(`a sandbox is already running (process ${other.pid}): ${exportLine(other)}`, UNAVAILABLE);
  }
  await removeStateDirectory(directory);
  // Only the first signal of each kind is handled; the next one has its default action.
  const stopSignal = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
  const sandbox = await startSandbox({
    stateDirectory: directory,
    port: Number(port),
    runtime,
    imageArchives: values['image-archive'] ?? [],
  });
  const instance = {
    url: sandbox.url,
    kubeconfig: sandbox.kubeconfig,
    runtime: sandbox.runtime,
  };
  writeInstance(directory, instance);
  if (sandbox.simulatedReason !== undefined)
    process.stderr.write(`kube-sandbox: ${sandbox.simulatedReason}\n`);
  for (const note of sandbox.notes) process.stderr.write(`kube-sandbox: ${note}\n`);
  announce(instance);
  process.send?.('ready');
  if (process.connected) process.disconnect();
  await stopSignal;
  await sandbox.stop();
  await removeStateDirectory(directory);
  return 0;
}

function announce(instance: Omit<Instance, keyof ProcessIdentity>): void {
  const containers =
    instance.runtime === 'runc' ? 'real containers by runc' : 'SIMULATED containers: nothing really runs';
  process.stderr.write(`kube-sandbox is ready at ${instance.url}, with ${containers}.\n`);
  process.stdout.write(`${exportLine(instance)}\n`);
}

function exportLine({ kubeconfig }: Pick<Instance, 'kubeconfig'>): string {
  return `export KUBECONFIG=${/^[\w./-]+$/.test(kubeconfig) ? kubeconfig : `'${kubeconfig.replaceAll("'", "'\\''")}'`}`;
}

/** Starts another process in the background, and returns when it is ready. */
async function upDetached(argv: readonly string[], directory: string): Promise<number> {
  const other = runningInstance(directory);
  if (other !== undefined) {
    return fail(`a sandbox is already running (process ${other.pid}): ${exportLine(other)}`, UNAVAILABLE);
  }
  await removeStateDirectory(directory);
  makePrivateDirectory(`${directory}.log.d`);
  const logFile = join(`${directory}.log.d`, 'log');
  const log = openSync(logFile, 'w', 0o600);
  const entry = process.argv[1] ?? '';
  const child = spawn(
    process.execPath,
    [...process.execArgv, entry, ...argv.filter((word) => word !== '--detach')],
    { detached: true, stdio: ['ignore', log, log, 'ipc'] },
  );
  const ready = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  const instance = runningInstance(directory);
  if (!ready || instance === undefined) return fail(`the sandbox did not start; see ${logFile}`, UNAVAILABLE);
  if (child.connected) child.disconnect();
  child.unref();
  announce(instance);
  return 0;
}

function status(directory: string): number {
  const instance = runningInstance(directory);
  if (instance === undefined) return fail('no sandbox is running', UNAVAILABLE);
  process.stderr.write(
    `a sandbox is running at ${instance.url} (process ${instance.pid}, ${instance.runtime})\n`,
  );
  process.stdout.write(`${exportLine(instance)}\n`);
  return 0;
}

async function down(directory: string): Promise<number> {
  const instance = runningInstance(directory);
  if (instance !== undefined) await stopInstance(instance);
  await removeStateDirectory(directory);
  process.stderr.write(
    instance === undefined
      ? 'no sandbox was running; leftovers have been removed\n'
      : 'the sandbox has stopped\n',
  );
  return 0;
}

function fail(text: string, code: number): number {
  process.stderr.write(`error: ${text}\n`);
  return code;
}
