import { VERSION } from '../../version.ts';

/** The message for an error that should not exist: enough to report it, and nothing that could contain a secret. */
export function describeBug(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  const message = error instanceof Error ? error.message.split('\n', 1)[0] : '';
  const place =
    error instanceof Error
      ? /\(?([^()\s]+:\d+:\d+)\)?$/m.exec(error.stack ?? '')?.[1]?.replace(/^.*\//, '')
      : undefined;
  return `error: a bug in kubectl-dbg ${VERSION}: ${name}: ${message ?? ''}${
    place === undefined ? '' : ` (at ${place})`
  }. Please report it with the command line and what -v=6 adds`;
}

/** The call stacks of a bug and of its causes; of messages only what `describeBug` shows. */
export function bugStack(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const calls = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  const cause =
    error.cause instanceof Error ? [`  caused by ${error.cause.name}`, ...bugStack(error.cause)] : [];
  return [...calls, ...cause];
}
