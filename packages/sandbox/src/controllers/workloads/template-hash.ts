const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
/** FNV-1a, 32 bits. */
const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/**
 * A hash of a pod template in the format of a real cluster. Another `collisions` gives another hash for the same template.
 */
export function templateHash(template: unknown, collisions = 0): string {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(`${canonical(template)}${collisions === 0 ? '' : collisions}`)) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  }
  return Array.from(String(hash), (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length] ?? '').join('');
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}
