import { DbgError } from '../model/failure.ts';
import { HOST_MOUNT, PROFILE_EFFECTS } from './profiles.ts';
import type { AppliedProfile, DebugRequest } from '../model/plan.ts';

/** A login shell: bash if the node has it. */
const SHELL = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l'];
const WINDOWS_SHELL = ['cmd.exe'];

/** Enters the namespaces of the node's first process; if that is not permitted, only its root file system. */
const ENTER =
  'enter="nsenter -t 1 -m -u -i -n --"; ' +
  `if $enter true 2>/dev/null; then exec $enter "$@"; fi; exec chroot ${HOST_MOUNT} "$@"`;

/**
 * The command that runs a shell of the host, on the node's own files: a privileged container enters the namespaces of the
 * node's first process and sees every mount; others change their root to the mount of the node's files. Throws DbgError
 * (usage) if the profile allows neither.
 */
export function hostShellWords(profile: AppliedProfile, windows: boolean, request: DebugRequest): string[] {
  if (request.argumentsOnly) {
    throw new DbgError(
      'usage',
      'HostShellNeedsCommand',
      "a host shell needs a whole command, not arguments for the image's entrypoint",
    );
  }
  // A HostProcess container uses the host's file system.
  if (windows) return request.words.length > 0 ? [...request.words] : WINDOWS_SHELL;
  const words = request.words.length > 0 ? request.words : SHELL;
  const effect = PROFILE_EFFECTS[profile].node;
  if (effect.privileged === true && effect.hostNamespaces === true) {
    return ['sh', '-c', ENTER, 'host-shell', ...words];
  }
  if (effect.hostMount === true) return ['chroot', HOST_MOUNT, ...words];
  throw new DbgError(
    'usage',
    'HostShellNeedsHostFiles',
    `a host shell needs the node's files, which profile ${profile} doesn't give`,
    { profile },
  );
}
