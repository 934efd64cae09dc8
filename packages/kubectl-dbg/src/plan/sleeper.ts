import type { RandomInt } from '../model/plan.ts';

/** A program that does nothing until it is told to exit, for `--via exec`: the real command runs next to it. */
export interface Sleeper {
  /** The container's command. */
  command: string[];
  /** The command that terminates it, run in the same container. */
  end: string[];
  /** Wraps a command so that it runs by exec and terminates the sleeper right after it. */
  around: (words: readonly string[]) => string[];
}

/** A sleeper whose client has died exits after a day or two. */
const SHORTEST_SECONDS = 86_400;
const RANGE_SECONDS = 86_400;

/**
 * A sleeper with a unique number, by which its `sleep` is found among all processes of a shared namespace. It is a child
 * of the shell: process 1 of a namespace could not be terminated from within.
 */
export function makeSleeper(draw: RandomInt): Sleeper {
  const seconds = SHORTEST_SECONDS + draw(RANGE_SECONDS);
  return {
    command: ['sh', '-c', `sleep ${seconds}; true`],
    end: endOf(seconds),
    around: (words) => ['sh', '-c', thenEnd(findAndKill(seconds)), 'sh', ...words],
  };
}

/** The command that terminates an existing sleeper, by its container's command; undefined if it is not ours. */
export function sleeperEndOf(command: unknown): string[] | undefined {
  if (!Array.isArray(command) || command.length !== 3 || command[0] !== 'sh' || command[1] !== '-c') {
    return undefined;
  }
  const seconds = Number(/^sleep (\d{1,9}); true$/.exec(String(command[2]))?.[1]);
  return Number.isInteger(seconds) && seconds >= SHORTEST_SECONDS ? endOf(seconds) : undefined;
}

function endOf(seconds: number): string[] {
  return ['sh', '-c', findAndKill(seconds)];
}

function findAndKill(seconds: number): string {
  return `for p in /proc/[0-9]*; do [ "$(tr '\\0' ' ' < "$p/cmdline" 2>/dev/null)" = "sleep ${seconds} " ] && kill "\${p#/proc/}"; done; true`;
}

/**
 * A container runtime reports the exit of an exec only when its streams are closed, and a background process may hold
 * them open for as long as it likes. So the container terminates with the command, including such processes; but not
 * before the runtime has seen the command's exit. `exec` in a subshell: a program is meant, not a builtin.
 */
function thenEnd(end: string): string {
  const later = `(trap '' HUP; while kill -0 $$; do sleep 0.05 || sleep 1; done; ${end}) </dev/null >/dev/null 2>&1 &`;
  // 126 and 127 may mean that it could not be run: the caller finds out the reason first. The shell's own message about a
  // signal that terminated the program is not part of the output.
  const run = '{ (trap - INT QUIT; exec "$@" 2>&3 3>&-); code=$?; } 3>&2 2>/dev/null';
  return `trap : INT QUIT; ${run}; if [ $code != 126 ] && [ $code != 127 ]; then ${later} fi; exit $code`;
}

/**
 * The command whose exit code says why a program could not be run: 41 if it is not found, 42 if it is not executable, 0
 * if neither.
 */
export function whyNotRun(program: string): string[] {
  const look = (path: string) =>
    `[ -e ${path} ] && [ $code = 41 ] && code=42; [ -f ${path} ] && [ -x ${path} ] && code=0`;
  const inPath = `IFS=:; for d in $PATH; do ${look('"$d/$1"')}; done`;
  const script = `code=41; if [ "\${1#*/}" != "$1" ]; then ${look('"$1"')}; else ${inPath}; fi; exit $code`;
  return ['sh', '-c', script, 'sh', program];
}
