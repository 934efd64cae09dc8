import { type Stats, statSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Whether the user of this process owns a file or directory; true on systems without owners. */
export function isOwn({ uid }: Stats): boolean {
  const own = ownUser();
  return own === undefined || uid === own;
}

function ownUser(): number | undefined {
  try {
    const { uid } = userInfo();
    return uid < 0 ? undefined : uid;
  } catch {
    // A user without a name, as in many containers.
    return statSync('/proc/self', { throwIfNoEntry: false })?.uid;
  }
}
