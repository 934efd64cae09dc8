import { homedir } from 'node:os';
import { SIGPIPE_EXIT } from '../errors.ts';
import type { World } from '../world.ts';

/** The world as this process finds it. The only place below `main` that touches `process`. */
export function realWorld(): World {
  const guarded = new WeakSet<NodeJS.WriteStream>();
  const output = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (!guarded.has(stream)) stream.on('error', endOnBrokenPipe);
    guarded.add(stream);
    return stream;
  };
  return {
    // Lazy: the first touch of a standard stream opens it, which takes 5 ms.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return output(process.stdout);
    },
    get stderr() {
      return output(process.stderr);
    },
    env: process.env,
    home: process.env.HOME ?? homedir(),
    cwd: process.cwd(),
    platform: process.platform,
    now: () => Date.now(),
    // Its module takes 12 ms to load, which the connection's TLS will have done by the time anybody asks.
    randomInt: (below) => process.getBuiltinModule('node:crypto').randomInt(below),
    onSignal(signal, listener) {
      // Windows knows only some of these; there the others never come.
      if (process.platform === 'win32' && !WINDOWS_SIGNALS.has(signal)) return () => undefined;
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
    suspend() {
      process.kill(process.pid, 'SIGSTOP');
    },
  };
}

function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(SIGPIPE_EXIT);
}

const WINDOWS_SIGNALS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);
