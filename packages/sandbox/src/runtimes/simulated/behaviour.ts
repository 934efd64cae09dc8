import type { Image } from '../../cri/image.ts';
import type { ContainerConfig, LinuxUser } from '../../cri/runtime.ts';
import { containerProcess } from '../../cri/container-process.ts';
import { isSystemDirectory } from './file-tree.ts';
import { parseDuration } from './duration.ts';
import { findProgram } from './shell/programs/index.ts';

/** Prefix of the annotations that set the behaviour of a pod's simulated containers. */
export const ANNOTATION_PREFIX = 'sandbox.kubectl-dbg.dev/';

/** What a simulated container does. */
export interface Behaviour {
  /** How long it takes to start, in ms; the runtime's default if absent. */
  startDelay?: number;
  /** It cannot be started, with this message of runc. */
  startError?: string;
  /** The shell program that it runs. */
  script?: string;
  /** The command that it runs. Without a command and a script, it runs forever and prints nothing. */
  command?: readonly string[];
  /** Its command line in `ps`. */
  argv: readonly string[];
  env: ReadonlyMap<string, string>;
}

/** Scripts of programs in built-in images. */
const IMAGE_PROGRAMS: Readonly<Record<string, string>> = {
  '/neato': 'while :; do echo neato is at work; sleep 1; done',
};

/** Images that have exactly the simulated programs. */
const WHOLE_IMAGE = /\/(?:busybox|busybox-nonroot|debian|alpine|ubuntu)[:@]/;
/** Images with one program, which is not a shell. */
const ONE_PROGRAM_IMAGE = /\/distroless\//;

/** The program of an image that contains only one; undefined for all other images. */
export function onlyProgram({ reference, config }: Image): string | undefined {
  return ONE_PROGRAM_IMAGE.test(reference) ? (config.Entrypoint?.[0] ?? '') : undefined;
}

/** The files of such an image, which its entrypoint names; undefined for all other images. */
export function onlyFiles(image: Image): string[] | undefined {
  if (onlyProgram(image) === undefined) return undefined;
  return (image.config.Entrypoint ?? []).filter((word) => word.startsWith('/'));
}

/** Determines what a container does from its pod's annotations, its command and its image. */
export function readBehaviour(config: ContainerConfig, user: LinuxUser, hostname: string): Behaviour {
  const { args, env } = hasCommand(config) ? containerProcess(config, user, hostname) : { args: [], env: [] };
  const behaviour: Behaviour = {
    argv: args.length > 0 ? args : [config.name],
    env: new Map(env.map((entry) => splitPair(Buffer.from(entry).toString('latin1')))),
  };
  const annotation = (name: string): string | undefined =>
    config.annotations[`${ANNOTATION_PREFIX}${name}.${config.name}`] ??
    config.annotations[ANNOTATION_PREFIX + name];
  const delay = annotation('start-delay');
  if (delay !== undefined) behaviour.startDelay = parseDuration(delay);
  const startError = annotation('start-error') ?? commandError(args, config) ?? workingDirError(config);
  if (startError !== undefined) behaviour.startError = startError;
  const known = findProgram(args[0] ?? '') !== undefined;
  // The general script is for the application, not for a debug container with its own command.
  const general = known ? undefined : config.annotations[`${ANNOTATION_PREFIX}script`];
  const script =
    config.annotations[`${ANNOTATION_PREFIX}script.${config.name}`] ??
    general ??
    IMAGE_PROGRAMS[args[0] ?? ''];
  if (script !== undefined) behaviour.script = Buffer.from(script).toString('latin1');
  else if (known) {
    behaviour.command = args.map((text) => Buffer.from(text).toString('latin1'));
  }
  return behaviour;
}

/** runc's message if a command cannot run in an image; undefined if it can, or if unknown. */
export function commandError(
  argv: readonly string[],
  { image }: Pick<ContainerConfig, 'image'>,
): string | undefined {
  const [command = ''] = argv;
  if (command === '') return undefined;
  const only = onlyProgram(image);
  const has =
    only !== undefined
      ? command === only
      : findProgram(command) !== undefined || !WHOLE_IMAGE.test(image.reference);
  return has ? undefined : notFoundError(command);
}

/** runc's message for a program that does not exist. */
export function notFoundError(command: string): string {
  if (isSystemDirectory(command))
    return `unable to start container process: exec: ${JSON.stringify(command)}: is a directory`;
  const why = command.includes('/')
    ? `stat ${command}: no such file or directory`
    : 'executable file not found in $PATH';
  return `unable to start container process: exec: ${JSON.stringify(command)}: ${why}`;
}

/** runc's message for a working directory that cannot be created because a parent is a program. */
function workingDirError({ workingDir = '', image }: ContainerConfig): string | undefined {
  if (!WHOLE_IMAGE.test(image.reference)) return undefined;
  const names = workingDir.split('/').slice(0, -1);
  const above = names.map((_name, index) => names.slice(0, index + 1).join('/'));
  const file = above.find((path) => path !== '' && path.includes('/') && findProgram(path) !== undefined);
  return file === undefined
    ? undefined
    : `unable to start container process: error during container init: mkdir ${file}: not a directory`;
}

function hasCommand({ command, args, image }: ContainerConfig): boolean {
  const words = [...(command ?? image.config.Entrypoint ?? []), ...(args ?? image.config.Cmd ?? [])];
  return words.length > 0;
}

function splitPair(entry: string): [string, string] {
  const equals = entry.indexOf('=');
  return [entry.slice(0, equals), entry.slice(equals + 1)];
}
