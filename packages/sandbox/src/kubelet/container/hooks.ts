import type { LifecycleHandler } from 'kubernetes-types/core/v1.d.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { execCommand, ProbeError, type ProbeTarget, runProbe } from '../probes/run-probe.ts';

const MS_PER_S = 1000;
/** Hooks have no timeout. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** Runs a postStart or preStop hook; returns the failure, if any. */
export async function runHook(handler: LifecycleHandler, target: ProbeTarget): Promise<string | undefined> {
  if (handler.exec !== undefined) {
    const command = handler.exec.command ?? [];
    const commandLine = command.join(' ');
    const failed = `Exec lifecycle hook (${commandLine}) failed: `;
    try {
      const { exitCode, output } = await execCommand(target.run, command, NO_LIMIT_MS);
      if (exitCode === 0) return undefined;
      return `${failed}command '${commandLine}' exited with ${exitCode}: ${output}`;
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return `${failed}${error.message}`;
    }
  }
  if (handler.httpGet !== undefined) {
    return runProbe({ httpGet: handler.httpGet, timeoutSeconds: NO_LIMIT_MS / MS_PER_S }, target);
  }
  const { sleep } = handler as { sleep?: { seconds: number } };
  if (sleep !== undefined) await delay(sleep.seconds * MS_PER_S);
  return undefined;
}
