import http from 'node:http';
import https from 'node:https';
import { finished } from 'node:stream/promises';
import type { HTTPGetAction, Probe } from 'kubernetes-types/core/v1.d.ts';
import type { PodSandbox, RuntimeContainer } from '../../cri/runtime.ts';
import type { PodObject, SpecContainer } from '../types.ts';
import { portNumber } from './port.ts';

const MS_PER_S = 1000;
/** The kubelet's limit for the output of a command and for an HTTP body. */
const MAX_OUTPUT_BYTES = 10 * 1024;

/** Why a probe failed; undefined if it succeeded. */
export type ProbeFailure = string | undefined;

/** The probe could not be executed, which says nothing about the container. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** The target of a probe or hook. */
export interface ProbeTarget {
  pod: PodObject;
  container: SpecContainer;
  run: RuntimeContainer;
  sandbox: PodSandbox;
}

/**
 * Executes a probe once. Messages are the kubelet's.
 *
 * @throws ProbeError if it could not be executed
 */
export async function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeFailure> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * MS_PER_S;
  if (probe.exec !== undefined) {
    const result = await execCommand(target.run, probe.exec.command ?? [], timeoutMs);
    if (result.timedOut)
      return `command timed out: ${JSON.stringify(probe.exec.command?.join(' '))} timed out after ${timeoutMs / MS_PER_S}s`;
    return result.exitCode === 0 ? undefined : result.output;
  }
  if (probe.httpGet !== undefined) return httpProbe(probe.httpGet, target, timeoutMs);
  const port = portNumber(target.container, (probe.tcpSocket ?? probe.grpc)?.port ?? 0);
  return tcpProbe(target, port, timeoutMs);
}

/**
 * Runs a command in a container until it exits.
 *
 * @throws ProbeError if it could not be started
 */
export async function execCommand(
  run: RuntimeContainer,
  command: readonly string[],
  timeoutMs: number,
): Promise<{ exitCode: number; output: string; timedOut: boolean }> {
  const process = run.exec(command, { stdin: false, stdout: true, stderr: true, tty: false });
  const chunks: Buffer[] = [];
  process.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  process.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const text = (): string => Buffer.concat(chunks).subarray(0, MAX_OUTPUT_BYTES).toString('utf8');
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    const end = await Promise.race([process.ended, timeout]);
    if (end === undefined) {
      process.detach();
      return { exitCode: -1, output: text(), timedOut: true };
    }
    await Promise.all([process.stdout, process.stderr].map(async (stream) => stream && finished(stream)));
    return { exitCode: end.exitCode, output: text(), timedOut: false };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProbeError(`rpc error: code = Unknown desc = ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Success is any status from 200 to 399. */
const FIRST_FAILURE_STATUS = 400;

async function httpProbe(
  action: HTTPGetAction,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeFailure> {
  const port = portNumber(target.container, action.port);
  const host = action.host ?? target.sandbox.ip ?? '127.0.0.1';
  const secure = action.scheme === 'HTTPS';
  const url = `${secure ? 'https' : 'http'}://${host}:${port}${action.path ?? '/'}`;
  const refused = `Get "${url}": dial tcp ${host}:${port}: connect: connection refused`;
  const socket = await target.sandbox.connect(port).catch(() => undefined);
  if (socket === undefined) return refused;
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  return new Promise((resolve) => {
    const settle = (failure: ProbeFailure): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(failure);
    };
    const timer = setTimeout(
      () =>
        settle(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`),
      timeoutMs,
    );
    const request = (secure ? https : http).request(
      url,
      {
        createConnection: () => socket,
        headers: { 'User-Agent': 'kube-probe/1.36', Accept: '*/*', Connection: 'close', ...headers },
        rejectUnauthorized: false,
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        const bad = status < 200 || status >= FIRST_FAILURE_STATUS;
        settle(bad ? `HTTP probe failed with statuscode: ${status}` : undefined);
      },
    );
    request.on('error', () => settle(refused));
    request.end();
  });
}

async function tcpProbe(target: ProbeTarget, port: number, timeoutMs: number): Promise<ProbeFailure> {
  const host = target.sandbox.ip ?? '127.0.0.1';
  const open = await target.sandbox.probePort(port, timeoutMs);
  return open ? undefined : `dial tcp ${host}:${port}: connect: connection refused`;
}
