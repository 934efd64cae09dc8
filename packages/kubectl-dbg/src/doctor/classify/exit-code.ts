/** Signals by number, with their most frequent cause in a container. */
const SIGNALS: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  1: ['SIGHUP', 'its terminal or parent went away'],
  2: ['SIGINT', 'it was interrupted'],
  3: ['SIGQUIT', 'it was told to quit'],
  4: ['SIGILL', 'the CPU lacks an instruction that the program was built for'],
  5: ['SIGTRAP', 'a trap or breakpoint'],
  6: ['SIGABRT', 'the program aborted itself: a failed assertion, or its runtime ran out of memory'],
  7: ['SIGBUS', 'memory behind a mapped file is gone: often a full /dev/shm'],
  8: ['SIGFPE', 'an arithmetic error such as a division by zero'],
  9: ['SIGKILL', 'it was killed'],
  11: ['SIGSEGV', 'the program accessed invalid memory'],
  13: ['SIGPIPE', 'it wrote to a closed pipe'],
  15: ['SIGTERM', 'it was asked to terminate'],
  31: ['SIGSYS', 'seccomp forbids a system call that it made'],
};

/** Exit codes of a program that crashed: ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS. */
const CRASHES = new Set([132, 133, 134, 135, 136, 139, 159]);

/** The signal of an exit code 128 + n. */
export function signalOf(code: number): { name: string; meaning: string } | undefined {
  const entry = SIGNALS[code - 128];
  return entry && { name: entry[0], meaning: entry[1] };
}

export function isCrash(code: number): boolean {
  return CRASHES.has(code);
}

/** The meaning of an exit code alone, in a few words; empty if there is none. */
export function describeExit(code: number): string {
  const signal = signalOf(code);
  if (signal !== undefined) return `${signal.name}: ${signal.meaning}`;
  if (code === 126) return 'the command was found but cannot be executed';
  if (code === 127) return 'a shell did not find the command';
  if (code === 2) return 'often wrong arguments';
  return '';
}
