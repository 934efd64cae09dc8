import { homedir } from 'node:os';
import type { InputStream, World } from '../model/world.ts';
import { OutputErrors } from './output-errors.ts';

/** The world of this process. The only place below `main` that uses `process`. */
export function realWorld(errors = new OutputErrors()): World {
  let stdin: InputStream | undefined;
  return {
    // Lazy: the first access to a standard stream opens it, which takes 5 ms.
    get stdin() {
      return (stdin ??= openStdin());
    },
    get stdout() {
      return errors.observe('stdout', process.stdout);
    },
    get stderr() {
      return errors.observe('stderr', process.stderr);
    },
    env: process.env,
    home: process.env.HOME ?? homedir(),
    cwd: process.cwd(),
    platform: process.platform,
    now: () => Date.now(),
    // Its module takes 12 ms to load; TLS will have loaded it before the first call.
    randomInt: (below) => process.getBuiltinModule('node:crypto').randomInt(below),
    onSignal(signal, listener) {
      // Windows has only some of these signals; the others never arrive there.
      if (process.platform === 'win32' && !WINDOWS_SIGNALS.has(signal)) return () => undefined;
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
    onOutputError: (listener) => errors.listen(listener),
    onUncaughtError(listener) {
      process.on('uncaughtException', listener);
      return () => process.off('uncaughtException', listener);
    },
    ...(process.platform === 'win32'
      ? {}
      : {
          signalGroup: (leader: number, signal: 'SIGTERM' | 'SIGKILL') => {
            process.kill(-leader, signal);
          },
        }),
    remember: async (text) => (await import('./terminal-memory.ts')).remember(text),
    recall: async () => (await import('./terminal-memory.ts')).recall(),
    isForeground: async () => (await import('./foreground.ts')).isForeground(),
    passOutput() {
      let cancel: (() => void) | undefined;
      let isCancelled = process.platform === 'win32';
      import('./pass-output.ts')
        .then(({ passOutput }) => {
          if (!isCancelled) cancel = passOutput();
        })
        // Without it the session goes on.
        .catch(() => undefined);
      return () => {
        isCancelled = true;
        cancel?.();
      };
    },
    suspend() {
      process.kill(process.pid, 'SIGSTOP');
    },
  };
}

const WINDOWS_SIGNALS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Standard input. For a type that Node doesn't know, such as a directory, Node returns an empty stream, which a command
 * would take for complete input. Reading it as a file fails, as it should.
 */
function openStdin(): InputStream {
  const { fstatSync, createReadStream } = process.getBuiltinModule('node:fs');
  try {
    if (fstatSync(0).isDirectory()) return createReadStream('', { fd: 0, autoClose: false });
  } catch {
    // Not open, or fstat failed: Node handles it.
  }
  return process.stdin;
}
