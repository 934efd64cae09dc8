/** runc's own prefixes of a message, which the tools above it replace. */
const RUNC_PREFIX = /^runc (?:run|create|exec) failed: |^exec failed: /;
/** Newer releases of runc add this text. */
const START = 'unable to start container process: ';
const INIT = 'error during container init: ';

/** Whether there is a directory at a path in the container. */
export type IsDirectory = (path: string) => boolean;

/** The message for a failed start, as containerd 2.1 with a current runc has it. */
export function startErrorMessage(runcMessage: string, isDirectory: IsDirectory): string {
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ${modernise(runcMessage, isDirectory)}`;
}

/** The message for a failed exec, as containerd has it. */
export function execErrorMessage(execId: string, runcMessage: string, isDirectory: IsDirectory): string {
  const quoted = JSON.stringify(execId);
  return `failed to exec in container: failed to start exec ${quoted}: OCI runtime exec failed: exec failed: ${modernise(runcMessage, isDirectory, '')}`;
}

function modernise(runcMessage: string, isDirectory: IsDirectory, init = INIT): string {
  const message = runcMessage
    .replace(RUNC_PREFIX, '')
    .replace(/: unknown$/, '')
    // Before Go 1.20, a directory was reported as "permission denied".
    .replace(/exec: "([^"]*)": permission denied$/, (all, path: string) =>
      isDirectory(path) ? `exec: "${path}": is a directory` : all,
    );
  if (!message.startsWith(START) || message.startsWith(START + INIT)) return message;
  return `${START}${init}${message.slice(START.length)}`;
}
