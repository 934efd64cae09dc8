/**
 * Terminates the process by SIGHUP if a terminal of its standard streams was closed. Node restores terminals at every
 * exit, and aborts with a core dump if that fails; SIGHUP is the default for a program whose terminal is closed.
 */
export function dieWithLostTerminal(): void {
  if (process.platform === 'win32' || ![0, 1, 2].some(isLostTerminal)) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/** A device that was a terminal and no longer responds as one; devices like /dev/null never were. */
function isLostTerminal(descriptor: number): boolean {
  const { fstatSync, statSync } = process.getBuiltinModule('node:fs');
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isCharacterDevice() || major(stat.rdev) === major(statSync('/dev/null').rdev)) return false;
    return !process.getBuiltinModule('node:tty').isatty(descriptor);
  } catch {
    return false;
  }
}

/** The major number of a device. */
function major(device: number): number {
  return process.platform === 'darwin' ? device >>> 24 : device >>> 8;
}
