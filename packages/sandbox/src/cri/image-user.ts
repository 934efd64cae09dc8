import { readInLayer } from './read-in-layer.ts';
import type { ContainerSecurity, LinuxUser } from './runtime.ts';

/** A line of /etc/passwd or /etc/group, split at its colons. */
type Row = string[];

/**
 * The user of a container's first process: from the security context, otherwise from the image. Names are looked up in the image's files.
 *
 * @param layers the image's directories, the topmost first
 * @throws Error if the image names a user that its files do not contain
 */
export function resolveUser(
  imageUser: string | undefined,
  security: ContainerSecurity,
  layers: readonly string[],
): LinuxUser {
  const passwd = rows(layers, 'etc/passwd');
  const group = rows(layers, 'etc/group');
  const [userPart = '', groupPart] = (security.runAsUser?.toString() ?? imageUser ?? '').split(':');
  const entry = passwd.find((row) => row[0] === userPart || row[2] === userPart);
  const uid = userPart === '' ? 0 : Number(entry?.[2] ?? userPart);
  if (Number.isNaN(uid)) throw new Error(`no users found: user ${JSON.stringify(userPart)}`);
  const gid = security.runAsGroup ?? groupId(groupPart, group) ?? Number(entry?.[3] ?? 0);
  const name = entry?.[0] ?? (uid === 0 ? 'root' : undefined);
  const member = group
    .filter((row) => name !== undefined && (row[3] ?? '').split(',').includes(name))
    .map((row) => Number(row[2]));
  return { uid, gid, supplementalGroups: [...new Set([gid, ...security.supplementalGroups, ...member])] };
}

function groupId(part: string | undefined, group: readonly Row[]): number | undefined {
  if (part === undefined || part === '') return undefined;
  return Number(group.find((row) => row[0] === part)?.[2] ?? part);
}

function rows(layers: readonly string[], path: string): Row[] {
  for (const layer of layers) {
    // A lower layer may have the file; a distroless image may have none.
    const text = readInLayer(layer, path);
    if (text === undefined) continue;
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':'));
  }
  return [];
}
