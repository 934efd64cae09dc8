import type { Container, EphemeralContainer } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import type { OnEvent } from '../../model/event.ts';
import { DbgError } from '../../model/failure.ts';
import { runSession, type SessionReport, type SessionTimeouts } from '../../session/session.ts';
import type { SessionWorld } from '../../session/session-options.ts';
import type { FoundSession } from './find-session.ts';
import { objects } from './read-fields.ts';

/** Options for attaching, besides the session. */
export interface AttachOptions {
  cluster: Cluster;
  io: SessionWorld;
  /** Forward input; default: if the container has stdin and the user is at a terminal. */
  stdin?: boolean | undefined;
  /** Milliseconds for the container to start; 0: no limit. */
  timeout: number;
  /** Bytes that detach a terminal session and leave the process running; empty to disable that. */
  detachKeys: Uint8Array;
  patience?: SessionTimeouts | undefined;
  on: OnEvent;
  signal: AbortSignal;
}

/**
 * Attaches to an existing debug session: earlier output is read from its log, then new output is forwarded. For a
 * terminated session, log and exit code are available. Resolves with the outcome. Throws DbgError (usage).
 */
export async function attachToSession(
  { session, pod }: FoundSession,
  { cluster, io, on, signal, ...options }: AttachOptions,
): Promise<SessionReport> {
  const { namespace, pod: name, container } = session;
  const address = { namespace, pod: name, container };
  const { spec } = pod;
  const all: (Container | EphemeralContainer)[] = [
    ...objects(spec?.ephemeralContainers),
    ...objects(spec?.containers),
  ];
  const found = all.find((candidate) => candidate.name === container);
  const takesInput = found?.stdin === true;
  const tty = found?.tty === true;
  if (options.stdin === true && !takesInput && session.state !== 'ended') {
    throw new DbgError(
      'usage',
      'InputNotTaken',
      `container ${container} of pod ${namespace}/${name} accepts no input`,
      { address },
    );
  }
  const stdin = takesInput && session.state !== 'ended' && (options.stdin ?? io.stdin.isTTY === true);
  const raw = tty && stdin && io.stdin.isTTY === true;
  try {
    const report = await runSession({
      cluster,
      address,
      pod,
      stdin,
      tty,
      world: io,
      stdout: io.stdout,
      stderr: io.stderr,
      timeout: options.timeout,
      detachKeys: options.detachKeys,
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      signal,
      listener: {
        progress: (progress) => on({ kind: 'progress', address, progress }),
        begins: () => on({ kind: 'output-begins', address, raw }),
        notice: ({ code, text }) => on({ kind: 'warning', code, text, always: true }),
      },
    });
    on({ kind: 'ended' });
    if (report.outcome.kind === 'detached') on({ kind: 'detached', address, stdin, tty });
    return report;
  } finally {
    on({ kind: 'ended' });
  }
}
