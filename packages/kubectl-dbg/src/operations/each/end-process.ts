import { Channel, commandEnd, decodeStatus } from 'kubectl-dbg-wire';
import type { Cluster } from '../../cluster/index.ts';
import type { Address } from '../../model/plan.ts';
import { timeoutSignal } from '../../base/timer.ts';

/** Time limit of the exec that terminates a process, in ms. */
const EXEC_MS = 10_000;

/** Seconds between SIGTERM and SIGKILL. */
const GRACE_SECONDS = 2;

/**
 * Terminates every process of one container, but none of the others that share its process namespace: it selects
 * processes in the container's own mount namespace. Needs a shell and readlink in the image.
 */
const SCRIPT = `self=$(readlink /proc/self/ns/mnt)
own() { for p in /proc/[0-9]*; do n=\${p#/proc/}; [ "$n" != $$ ] && [ "$(readlink $p/ns/mnt 2>/dev/null)" = "$self" ] && echo $n; done; }
kill -TERM $(own) 2>/dev/null
i=0; while [ $i -lt ${GRACE_SECONDS * 10} ]; do [ -z "$(own)" ] && exit 0; sleep 0.1 2>/dev/null || sleep 1; i=$((i+1)); done
kill -KILL $(own) 2>/dev/null`;

/**
 * Terminates the process of an ephemeral container by a command in it, because the API has no call for that. Rejects if
 * that is impossible: no right to exec, no shell in the image.
 */
export async function endProcess(
  cluster: Pick<Cluster, 'exec'>,
  address: Address,
  interrupted: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([interrupted, timeoutSignal(EXEC_MS)]);
  const command = await cluster.exec({
    ...address,
    command: ['sh', '-c', SCRIPT],
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
    signal,
  });
  for await (const frame of command) {
    signal.throwIfAborted();
    if (frame.kind !== 'data' || frame.channel !== Channel.error) continue;
    const end = commandEnd(decodeStatus(frame.data));
    if (end.kind === 'failure') throw new Error(end.message);
  }
  await command.closed;
}
