/** Why an entry of an archive is not written. */
export interface RefusedName {
  why: string;
}

/** Device names on Windows, with any extension. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

/**
 * The components of an entry's name, relative to the destination directory; none for the directory itself. Refuses names
 * that could lead out of it, or that the file system would treat as another name: on all systems absolute names, `..` and
 * control characters; on Windows also drives, streams, backslashes, device names, and dots or spaces at the end.
 */
export function entryParts(name: string, platform: NodeJS.Platform): string[] | RefusedName {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return { why: 'its name has control characters' };
  if (name.startsWith('/')) return { why: 'its name is absolute' };
  if (name.includes('\uFFFD')) return { why: 'its name is not UTF-8' };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') return { why: 'its name leads out of the directory' };
    if (Buffer.byteLength(part) > 255) return { why: 'its name is too long' };
    if (platform !== 'win32') continue;
    if (/[\\:*?"<>|]/.test(part)) return { why: 'its name means something else on Windows' };
    if (/[. ]$/.test(part)) return { why: 'Windows drops the end of its name' };
    if (WINDOWS_DEVICE.test(part)) return { why: 'its name is a device on Windows' };
  }
  return parts;
}

/** A key that is equal for names that the local file system may treat as one. */
export function nameKey(parts: readonly string[], platform: NodeJS.Platform): string {
  const name = parts.join('/');
  if (platform !== 'win32' && platform !== 'darwin') return name;
  // Lower case of upper case: some letters have several lower-case forms.
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * Whether a symbolic link at `parts` can only lead into the destination directory: it has no more `..` than that, and
 * only at its beginning, where the directories on the way are known to be real ones.
 */
export function staysInside(parts: readonly string[], target: string, platform: NodeJS.Platform): boolean {
  if (target === '' || target.startsWith('/')) return false;
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  let climbs = 0;
  while (steps[climbs] === '..') climbs += 1;
  if (climbs > parts.length - 1) return false;
  const rest = steps.slice(climbs).join('/');
  return Array.isArray(entryParts(rest, platform));
}
