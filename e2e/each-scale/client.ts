import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { KUBECTL_DBG } from '../command.ts';

/** The cost and the result of a run of the program. */
export interface ClientRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Wall-clock time and CPU time, in seconds. */
  seconds: number;
  cpuSeconds: number;
  /** Peak resident set size, in MiB. */
  peakMiB: number;
  stderr: string;
}

/** Interval at which a running client is sampled, in ms. */
const SAMPLE_MS = 50;

/** The kernel counts CPU time in hundredths of a second. */
const TICKS = 100;

/** Runs the built program in a child process with stdout to a file. Linux only. */
export async function runClient(
  args: readonly string[],
  options: {
    env: Record<string, string | undefined>;
    stdout: string;
    whileRunning?: (pid: number) => void;
    node?: string[];
  },
): Promise<ClientRun> {
  const began = performance.now();
  const child = spawn(process.execPath, [...(options.node ?? []), KUBECTL_DBG, ...args], {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  const file = createWriteStream(options.stdout);
  child.stdout.pipe(file);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let seen = { cpuSeconds: 0, peakMiB: 0 };
  const timer = setInterval(() => {
    seen = look(pid) ?? seen;
    options.whileRunning?.(pid);
  }, SAMPLE_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearInterval(timer);
  return { code, signal, seconds: (performance.now() - began) / 1000, ...seen, stderr };
}

function look(pid: number): { cpuSeconds: number; peakMiB: number } | undefined {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    if (peak === undefined) return undefined;
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS, peakMiB: Number(peak) / 1024 };
  } catch {
    return undefined;
  }
}
