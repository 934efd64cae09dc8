import { usage } from './cli-error.ts';

/** One side of `cp`: in a container, local, or a standard stream. */
export type CopyPlace =
  | { kind: 'container'; namespace?: string; pod: string; container?: string; path: string }
  | { kind: 'local'; path: string }
  | { kind: 'stream' };

/**
 * Parses `[NAMESPACE/]POD[:CONTAINER]:PATH`, a local path, or `-`. A path that begins with `.` or `/`, or on Windows with
 * a drive, is local. Throws DbgError (usage).
 */
export function parsePlace(word: string, platform: NodeJS.Platform): CopyPlace {
  if (word === '-') return { kind: 'stream' };
  const colon = word.indexOf(':');
  if (colon < 0 || /^[./\\]/.test(word)) return { kind: 'local', path: word };
  if (platform === 'win32' && /^[A-Za-z]:(?:[\\/]|$)/.test(word)) return { kind: 'local', path: word };
  const names = word.slice(0, colon).split('/');
  const after = word.slice(colon + 1);
  const named = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?):(.+)$/s.exec(after);
  const path = named?.[2] ?? after;
  const [pod = '', namespace] = names.toReversed();
  if (names.length > 2 || pod === '' || namespace === '' || path === '') {
    throw usage(
      `invalid source or destination ${JSON.stringify(word)}`,
      'Write [NAMESPACE/]POD[:CONTAINER]:PATH, or a local path',
    );
  }
  return {
    kind: 'container',
    ...(namespace === undefined ? {} : { namespace }),
    pod,
    ...(named?.[1] === undefined ? {} : { container: named[1] }),
    path,
  };
}
