const MASK = '***';

/**
 * Replaced patterns, in order. The first group is kept. Each takes linear time for any text: words of any length are
 * matched only at their beginning (`(?<!...)`), and no two repetitions that match the same text are adjacent.
 */
const SECRETS: readonly RegExp[] = [
  // A PEM block, complete or truncated.
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(\bauthorization["']?\s*[:=]\s*(?:["']\s*)?(?:(?:bearer|basic|token)\s*)?)[^\s"',;]+/gi,
  /(\bbearer\s+)[\w.~+/=-]{8,}/gi,
  // NAME: VALUE and NAME=VALUE; the text after a colon may also be an error ("token: unexpected status").
  /((?<![\w-])(?=[\w-]*(?:passw(?:or)?d|passphrase|pwd|token|secret|api[_-]?key|access[_-]?key|private[_-]?key|credential|cookie|session[_-]?id))[\w-]+["']?\s*[:=]\s*)(?!(?<=: )(?:unexpected status|not (?:a|found|valid|allowed|set)|no such|permission denied|connection refused|is (?:a|required|missing|not)|cannot|could not|unable to|failed to|invalid (?:username|token|grant)|unauthorized|authentication required|expired|EOF|dial tcp|(?:Get|Post) ")\b)(?:"[^"]*"?|'[^']*'?|[^\s,;&"']+)/gi,
  // scheme://user:password@host
  /((?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/gi,
  // JSON web tokens
  /((?<![\w-])(?:(?!\beyJ)[\w-])*)\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g,
  // keys of clouds and code hosts
  /()\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
  /()\bgh[pousr]_[A-Za-z0-9]{20,}\b/g,
  /()\bxox[abprs]-[\w-]{10,}/g,
  // long base64
  /()(?<![\w+/.@:-])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*\d)[A-Za-z0-9+]{40,}={0,2}(?![\w+/])/g,
];

/** Replaces everything that looks like a password, a token or a key. It masks too much rather than too little. */
export function maskSecrets(text: string): string {
  return SECRETS.reduce((masked, pattern) => masked.replaceAll(pattern, `$1${MASK}`), text);
}

/** Names of fields whose values are never shown. */
const HIDDEN = /^(env|data|stringData|binaryData)$/;

/** Annotations that contain a complete manifest, including secrets. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A copy of an object that may leave the cluster: values of environment variables are masked (names and sources are
 * kept), and so are strings that look like secrets; managed fields and the last applied manifest are removed.
 */
export function maskObject(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (Array.isArray(value)) {
    if (field === 'env') return value.map((entry) => maskVariable(entry));
    return value.map((entry, index) => (isSecretFlag(value[index - 1]) ? MASK : maskObject(entry)));
  }
  if (typeof value !== 'object' || value === null) return value;
  if (HIDDEN.test(field) && field !== 'env') {
    return Object.fromEntries(Object.keys(value).map((key) => [key, MASK]));
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'managedFields' && key !== LAST_APPLIED)
      .map(([key, entry]) => [key, maskObject(entry, key)]),
  );
}

function maskVariable(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !('value' in entry)) return maskObject(entry);
  return { ...entry, value: MASK };
}

/** `--token`, whose value is the next word of a command. */
function isSecretFlag(word: unknown): boolean {
  // Longer words are not flags.
  return (
    typeof word === 'string' &&
    word.length <= 200 &&
    /^--?[\w-]*(passw|pwd|token|secret|key|credential)[\w-]*$/i.test(word)
  );
}
