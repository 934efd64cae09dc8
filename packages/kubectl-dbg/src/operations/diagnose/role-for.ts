import type { Cluster } from '../../cluster/index.ts';
import { askRights, debuggingNeeds } from '../../doctor/rights.ts';
import { USES } from '../../doctor/uses.ts';
import type { Right } from '../../model/right.ts';

/** The purpose of a role. */
export interface RoleRequest {
  /** A use (`USES`: debug, attach, copy...), or a right as `VERB RESOURCE[/SUBRESOURCE][.GROUP]`. */
  use: string;
  /** Undefined: cluster-wide. */
  namespace: string | undefined;
}

/** The rights that this user lacks, and the user's name on the server. */
export interface MissingRights {
  missing: Right[];
  user: string | undefined;
}

/** Asks the server which rights are missing for a use; writes nothing. Undefined if that is neither a use nor a right. */
export async function missingFor(
  cluster: Cluster,
  { use, namespace }: RoleRequest,
  signal: AbortSignal,
): Promise<MissingRights | undefined> {
  const parts = Object.hasOwn(USES, use) ? USES[use] : undefined;
  const right = parts === undefined ? parseRight(use, namespace) : undefined;
  if (parts === undefined && right === undefined) return undefined;
  const things =
    right === undefined
      ? debuggingNeeds(namespace).filter(({ what }) => parts?.includes(what))
      : [{ what: use, needs: [right] }];
  const { missing, user } = await askRights(cluster, namespace, signal, things);
  return { missing: [...missing.values()].flat(), user };
}

function parseRight(text: string, namespace: string | undefined): Right | undefined {
  const match = /^([a-z]+) ([a-z0-9-]+(?:\/[a-z0-9-]+)?)(?:\.([a-z0-9.-]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, verb = '', resource = '', group = ''] = match;
  return { verb, resource, group, namespace };
}
