import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { findProgram } from '../../../host/programs.ts';

/** Subordinate ids that a user may map in user namespaces. Source: subuid(5). */
export interface IdRange {
  start: number;
  count: number;
}

/** The ranges of a user, by name or number, in /etc/subuid or /etc/subgid. */
export function idRanges(text: string, user: { name: string; uid: number }): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [owner, start = '', count = ''] = line.trim().split(':');
    if (owner !== user.name && owner !== String(user.uid)) return [];
    return /^\d+$/.test(start) && /^\d+$/.test(count) && Number(count) > 0
      ? [{ start: Number(start), count: Number(count) }]
      : [];
  });
}

/** The lines of uid_map or gid_map: the user as 0, then the ranges. Source: user_namespaces(7). */
export function idMap(own: number, ranges: readonly IdRange[]): { lines: number[][]; ids: number } {
  const lines = [[0, own, 1]];
  let ids = 1;
  for (const { start, count } of ranges) {
    lines.push([ids, start, count]);
    ids += count;
  }
  return { lines, ids };
}

/** How to get more than one user id, for messages. */
export const HOW_TO_GET_USERS =
  'install newuidmap (on Debian: apt-get install uidmap) and add ranges for yourself to /etc/subuid and /etc/subgid (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 YOU)';

/**
 * Writes the id maps of a new user namespace: with newuidmap if the user has subordinate ids, otherwise only the user, as
 * root.
 *
 * @param pid a process that has just created the namespace
 * @returns the exclusive upper bounds of its user and group ids
 */
export async function mapIds(
  pid: number,
  env: NodeJS.ProcessEnv,
): Promise<{ users: number; groups: number }> {
  const { uid, gid } = userInfo();
  const means = userMappingTools();
  if (means !== undefined) {
    const { users, groups } = means;
    const run = promisify(execFile);
    try {
      await run(means.newuidmap, [String(pid), ...users.lines.flat().map(String)], { env });
      await run(means.newgidmap, [String(pid), ...groups.lines.flat().map(String)], { env });
      return { users: users.ids, groups: groups.ids };
    } catch (error) {
      // A partial map can't be completed in another way.
      if (readText(`/proc/${pid}/uid_map`).trim() !== '') throw error;
    }
  }
  // An unprivileged user may only map a group after setgroups is denied.
  writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  writeFileSync(`/proc/${pid}/uid_map`, `0 ${uid} 1\n`);
  writeFileSync(`/proc/${pid}/gid_map`, `0 ${gid} 1\n`);
  return { users: 1, groups: 1 };
}

/** What mapping more than one user id needs; undefined if something is missing. */
export function userMappingTools():
  | Readonly<Record<'users' | 'groups', ReturnType<typeof idMap>> & Record<'newuidmap' | 'newgidmap', string>>
  | undefined {
  const { uid, gid, username: name } = userInfo();
  const users = idMap(uid, idRanges(readText('/etc/subuid'), { name, uid }));
  const groups = idMap(gid, idRanges(readText('/etc/subgid'), { name, uid }));
  const newuidmap = findProgram('newuidmap');
  const newgidmap = findProgram('newgidmap');
  if (newuidmap === undefined || newgidmap === undefined) return undefined;
  return users.ids > 1 && groups.ids > 1 ? { users, groups, newuidmap, newgidmap } : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
