import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { kubeconfigFor, startApiServer } from '../../packages/kubectl-dbg/src/testing/api-server.ts';
import {
  type CleanUp,
  temporaryDirectory,
} from '../../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { KUBECTL_DBG } from '../command.ts';
import type { Attack } from './attacks.ts';
import { answerAs } from './peer.ts';

/** Duration of an attack before the program gets SIGTERM, in ms. */
const ATTACK_MS = process.env['HOSTILE_REPORT'] === undefined ? 700 : 1_500;
/** A program that never reaches the attack, or does not exit, is killed. */
const BOUND_MS = 60_000;

export interface Result {
  code: number | null;
  stdout: number;
  stderr: string;
  /** Peak resident set size in MB (VmHWM); undefined without /proc. */
  peak: number | undefined;
  /** Time in ms from the attack to the program's own exit, or from SIGTERM to its exit. */
  took: number;
  /** CPU time in ms since SIGTERM, which does not depend on the load of the machine. */
  busy: number;
  signalled: boolean;
}

/** Runs the built program against a malicious server. */
export async function tryAttack(context: CleanUp, attack: Attack): Promise<Result> {
  let begun = () => {};
  const attacked = new Promise<void>((resolve) => (begun = resolve));
  const server = await startApiServer(context, {
    protocol: attack.protocol ?? 'http/1.1',
    answer: answerAs(attack.peer, () => begun()),
    upgrade(request, socket) {
      if (attack.peer.upgrade === undefined) return;
      begun();
      attack.peer.upgrade(request, socket);
    },
  });
  const kubeconfig = join(await temporaryDirectory(context), 'config');
  await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
  return await observe(
    ['--kubeconfig', kubeconfig, 'web', '-i', '-v=8', '--image=busybox', '--', 'cat'],
    attacked,
  );
}

/** Runs the built program, and sends SIGTERM some time after `attacked`. */
export async function observe(words: readonly string[], attacked: Promise<void>): Promise<Result> {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  const child = spawn(process.execPath, [KUBECTL_DBG, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  // The exit code of a shell for a termination by a signal.
  const ended = once(child, 'close').then(
    ([code, signal]) => (code as number | null) ?? (signal === 'SIGTERM' ? 143 : null),
  );
  let stderr = '';
  let stdout = 0;
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.length));
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < 200_000) stderr += chunk.toString('latin1');
  });
  let peak: number | undefined;
  let used = 0;
  let last = 0;
  const watching = setInterval(() => {
    void readPeak(child.pid ?? 0).then((megabytes) => (peak = Math.max(peak ?? 0, megabytes ?? 0)));
    void readProcessorTime(child.pid ?? 0).then((time) => (last = Math.max(last, time)));
  }, 50);
  const bound = setTimeout(() => child.kill('SIGKILL'), BOUND_MS);
  let from = performance.now();
  await Promise.race([ended, attacked]);
  from = performance.now();
  const isOver = await Promise.race([ended.then(() => true), wait(ATTACK_MS, false)]);
  if (!isOver) {
    used = await readProcessorTime(child.pid ?? 0);
    from = performance.now();
    child.kill('SIGTERM');
  }
  const code = await ended;
  const took = performance.now() - from;
  clearInterval(watching);
  clearTimeout(bound);
  return {
    code,
    stdout,
    stderr,
    peak: peak === 0 ? undefined : peak,
    took,
    busy: isOver ? 0 : last - used,
    signalled: !isOver,
  };
}

async function readPeak(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}

/** Linux counts in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

async function readProcessorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name, in parentheses: state, and from the 12th field user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}
