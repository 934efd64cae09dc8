import { type DebugRequest, type PartialContainer, resolveTarget } from '../plan/index.ts';
import type { World } from '../world.ts';
import { makeRequest, type ParsedArguments } from './grammar/index.ts';

/** What a newcomer gets without naming an image: small, everywhere, and with the usual tools. */
const DEFAULT_IMAGE = 'busybox';

/**
 * A command line as a request: checked as far as that goes without a cluster, and with its defaults. `custom` is
 * what the --custom file holds. Throws DbgError (usage).
 */
export function requestOf(parsed: ParsedArguments, world: World, custom?: PartialContainer): DebugRequest {
  const terminal = world.stdin.isTTY === true && world.stdout.isTTY === true;
  return makeRequest(parsed, {
    kinds: parsed.targets.length === 0 ? ['Pod'] : parsed.targets.map((word) => resolveTarget(word).kind),
    defaultImage: world.env.KUBECTL_DBG_IMAGE ?? DEFAULT_IMAGE,
    interactive: terminal && parsed.targets.length === 1,
    ...(custom === undefined ? {} : { custom }),
  });
}
