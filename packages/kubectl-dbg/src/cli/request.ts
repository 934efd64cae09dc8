import { DbgError } from '../errors.ts';
import type { DebugRequest, ProfileName } from '../plan/index.ts';
import type { World } from '../world.ts';
import type { Options, ParsedArguments } from './grammar/index.ts';

/** What a newcomer gets without naming an image: small, everywhere, and with the usual tools. */
const DEFAULT_IMAGE = 'busybox';

/** A command line as a request: checked as far as that goes without a cluster, and with its defaults. */
export function requestOf({ options, words }: ParsedArguments, world: World): DebugRequest {
  // The proposal's default: on a terminal a session is interactive, without one only its output is passed on.
  const terminal = world.stdin.isTTY === true && world.stdout.isTTY === true;
  const stdin = options.stdin ?? terminal;
  const tty = options.tty ?? (terminal && stdin);
  if (tty && !stdin) {
    throw new DbgError('usage', '-i/--stdin is required for containers with -t/--tty=true', { remedy: 'Add -i' });
  }
  return {
    image: imageOf(options, world),
    ...(options.container === undefined ? {} : { container: options.container }),
    ...(options.imagePullPolicy === undefined ? {} : { imagePullPolicy: options.imagePullPolicy }),
    ...(options.target === undefined ? {} : { target: options.target }),
    env: (options.env ?? []).map(({ name, value }) => ({ name, value })),
    words,
    argumentsOnly: options.argumentsOnly ?? false,
    attach: options.attach ?? true,
    stdin,
    tty,
    profile: (options.profile ?? 'general') as ProfileName,
    adjust: { capAdd: options.capAdd ?? [], capDrop: options.capDrop ?? [] },
    mountsFromTarget: options.mountsFromTarget ?? false,
    mountsReadWrite: options.mountsRw ?? false,
    envFromTarget: options.envFromTarget ?? false,
    asTarget: options.asTarget ?? false,
    hostShell: options.hostShell ?? false,
    written: new Set(Object.keys(options)),
  };
}

function imageOf(options: Options, world: World): string {
  return options.image ?? world.env.KUBECTL_DBG_IMAGE ?? DEFAULT_IMAGE;
}
