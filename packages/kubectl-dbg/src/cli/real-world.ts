import { randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import type { World } from '../world.ts';

/** The world as this process finds it. The only place below `main` that touches `process`. */
export function realWorld(): World {
  return {
    // Lazy: the first touch of a standard stream opens it.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    env: process.env,
    home: process.env.HOME ?? homedir(),
    cwd: process.cwd(),
    platform: process.platform,
    now: () => Date.now(),
    randomInt: (below) => randomInt(below),
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
