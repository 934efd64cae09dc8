import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Cluster, explainApiError, openCluster, ApiStatusError } from '../cluster/index.ts';
import { DbgError, ExitCode } from '../errors.ts';
import { type Notice, type Plan, planEphemeral, resolveTarget } from '../plan/index.ts';
import { sanitise } from '../sanitise.ts';
import { applyWrite } from '../session/apply.ts';
import { parseDetachKeys } from '../session/detach-keys.ts';
import { exitCodeOf, type Outcome } from '../session/outcome.ts';
import { reattachHint, runSession } from '../session/session.ts';
import type { World } from '../world.ts';
import type { ParsedArguments } from './grammar/index.ts';
import { abortOnSignals, Interrupted } from './interrupt.ts';
import { outcomeWords } from './outcome-words.ts';
import { ProgressLine } from './progress-line.ts';
import { requestOf } from './request.ts';

/** How long a container may take to start, in ms, unless --timeout says otherwise. */
const DEFAULT_TIMEOUT_MS = 5 * 60_000;

const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q';

/** Debugs the targets of a command line; returns the exit code. */
export async function debug(parsed: ParsedArguments, world: World): Promise<number> {
  const { options, targets } = parsed;
  const request = requestOf(parsed, world);
  const [word] = targets;
  if (word === undefined) {
    throw new DbgError('usage', 'no target is named', { remedy: 'Give the name of a pod: kubectl dbg POD' });
  }
  const target = resolveTarget(word);
  const say = (text: string) => world.stderr.write(`${sanitise(text)}\n`);
  const { signal, release } = abortOnSignals(world);
  const cluster = await openCluster(options, world);
  cluster.onWarning((text) => say(`Warning: ${text}`));
  try {
    const pod = await cluster.request<Pod>({ method: 'GET', path: target.path(cluster.namespace), signal });
    const plan = planEphemeral(request, pod, (below) => world.randomInt(below));
    showNotices(plan.notices, options.quiet ?? false, say);
    const written = await write(plan, cluster, signal);
    if (plan.session === undefined || !request.attach) return ExitCode.ok;
    const outcome = await follow(plan, written, cluster, parsed, world, signal);
    const words = outcomeWords(outcome);
    if (words !== undefined) say(`error: ${words}`);
    return exitCodeOf(outcome);
  } catch (error) {
    if (signal.aborted && signal.reason instanceof Interrupted) {
      return exitCodeOf({ kind: 'interrupted', signal: signal.reason.signal });
    }
    if (error instanceof ApiStatusError) throw explainApiError(error);
    throw error;
  } finally {
    release();
    await cluster.close();
  }
}

async function write(plan: Plan, cluster: Cluster, signal: AbortSignal): Promise<Pod> {
  let pod = plan.pod;
  for (const write of plan.writes) pod = await applyWrite(cluster, write, signal);
  return pod;
}

async function follow(
  plan: Plan,
  pod: Pod,
  cluster: Cluster,
  { options }: ParsedArguments,
  world: World,
  signal: AbortSignal,
): Promise<Outcome> {
  const session = plan.session;
  if (session === undefined) return { kind: 'created' };
  const { address } = session;
  const progress = new ProgressLine(world.stderr, `container ${address.container}`, sanitise, world.now);
  const quiet = options.quiet ?? false;
  const { outcome } = await runSession({
    cluster,
    address,
    pod,
    stdin: session.stdin,
    tty: session.tty,
    world,
    stdout: world.stdout,
    stderr: world.stderr,
    timeout: DEFAULT_TIMEOUT_MS,
    detachKeys: parseDetachKeys(options.detachKeys ?? DEFAULT_DETACH_KEYS) ?? new Uint8Array(0),
    signal,
    listener: {
      progress: (next) => progress.update(next),
      attached: () => {
        progress.end();
        if (session.tty && !quiet) {
          world.stderr.write("If you don't see a command prompt, try pressing enter.\n");
        }
      },
    },
  }).finally(() => progress.end());
  if (outcome.kind === 'detached' && !quiet) {
    world.stderr.write(`\r\nDetached: the container runs on. ${reattachHint({ ...session })}\n`);
  }
  return outcome;
}

function showNotices(notices: readonly Notice[], quiet: boolean, say: (text: string) => void): void {
  for (const { level, text, always } of notices) {
    if (quiet && always !== true) continue;
    say(level === 'warning' ? `Warning: ${text}` : text);
  }
}
