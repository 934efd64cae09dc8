import { homedir } from 'node:os';
import type { World } from '../world.ts';

/**
 * The world as this process finds it. The only place below `main` that touches `process`.
 *
 * @param onOutput told of stdout and stderr when each is first used
 */
export function realWorld(onOutput: (stream: NodeJS.WriteStream) => void = () => undefined): World {
  const used = new Set<NodeJS.WriteStream>();
  const output = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (!used.has(stream)) onOutput(stream);
    used.add(stream);
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

const WINDOWS_SIGNALS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);
