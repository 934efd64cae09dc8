import { DbgError } from '../errors.ts';
import { HOST_MOUNT, PROFILE_EFFECTS } from './profiles.ts';
import type { AppliedProfile, DebugRequest } from './types.ts';

/** A login shell: bash where the node has it. */
const SHELL = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l'];
const WINDOWS_SHELL = ['cmd.exe'];

/** Enters the namespaces of the node's first process; where that may not be (a guarded one), its files only. */
const ENTER =
  'enter="nsenter -t 1 -m -u -i -n --"; ' +
  `if $enter true 2>/dev/null; then exec $enter "$@"; fi; exec chroot ${HOST_MOUNT} "$@"`;

/**
 * The command that runs `--host-shell` on the node's own files: a privileged container enters the namespaces of the
 * node's first process and sees every mount; others change their root to where the node's files are mounted.
 * Throws DbgError (usage) where the profile gives neither.
 */
export function hostShellWords(profile: AppliedProfile, windows: boolean, request: DebugRequest): string[] {
  if (request.argumentsOnly) {
    throw new DbgError('usage', '--host-shell and --arguments-only contradict each other');
  }
  // A HostProcess container has the host's files as its own.
  if (windows) return request.words.length > 0 ? [...request.words] : WINDOWS_SHELL;
  const words = request.words.length > 0 ? request.words : SHELL;
  const effect = PROFILE_EFFECTS[profile].node;
  if (effect.privileged === true && effect.hostNamespaces === true) {
    return ['sh', '-c', ENTER, 'host-shell', ...words];
  }
  if (effect.hostMount === true) return ['chroot', HOST_MOUNT, ...words];
  throw new DbgError('usage', `--host-shell needs the node's files, which profile ${profile} doesn't give`, {
    remedy: 'Use --profile=general or sysadmin',
  });
}
