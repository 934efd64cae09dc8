/** The reason of a failed pull, by the id of its rule. */
export type PullClass = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P11' | 'P12' | 'P13' | 'N7';

/** The registry did not respond, or with a server error. */
const NETWORK =
  /no such host|i\/o timeout|connection refused|no route to host|network is unreachable|connection reset|connection timed out|\bEOF\b|deadline exceeded|client\.timeout|handshake timeout|proxyconnect|server misbehaving|name resolution|could not resolve|(?<![:.\w@-]|(?:size|expected|length|offset) )50[0234]\b|bad gateway|service unavailable|gateway timeout/i;

/** The registry responded and refused the client. */
const REFUSED =
  /insufficient_scope|access denied|access to the .* denied|access forbidden|(?<![:.\w@-]|(?:size|expected|length|offset) )40[13]\b|no basic auth credentials|unauthorized|unauthenticated|forbidden|\bdenied\b|authentication required|not authorized|invalid username|authorization failed/i;

const AUTHORISING = /failed to authorize|failed to fetch .*token|fetching .*token|get.* token/i;

const TLS =
  /x509|certificate|tls: |ssl |server gave http response to https client|first record does not look like a tls handshake/i;

/**
 * The messages of runtimes and registries overlap ("does not exist or may require authorization", "no match for platform:
 * not found"), so the order matters: messages with only one possible cause come before ambiguous ones.
 */
const ORDER: readonly (readonly [PullClass, (text: string) => boolean])[] = [
  [
    'P3',
    (text) =>
      /toomanyrequests|too many requests|(?<![:.\w@-]|(?:size|expected|length|offset) )429\b|rate limit|rate exceeded/i.test(
        text,
      ),
  ],
  ['P13', (text) => /pull qps exceeded/i.test(text)],
  ['P11', (text) => /no space left on device|disk quota exceeded|not enough (disk )?space/i.test(text)],
  [
    'P6',
    (text) =>
      /no match(ing)? (for platform|manifest for)|(for|unsupported) architecture|does not match the (specified|host) platform|platform mismatch/i.test(
        text,
      ),
  ],
  ['N7', (text) => /current time \S+ is before/i.test(text)],
  ['P4', (text) => /handshake timeout/i.test(text)],
  ['P5', (text) => TLS.test(text)],
  [
    'P4',
    (text) =>
      AUTHORISING.test(text) &&
      NETWORK.test(text) &&
      !/(?<![:.\w@-]|(?:size|expected|length|offset) )40[13]\b/.test(text),
  ],
  ['P2', (text) => REFUSED.test(text)],
  ['P12', (text) => /signature|policy (rejected|denies)|rejected by policy/i.test(text)],
  [
    'P1',
    (text) =>
      /not found|manifest[ _]unknown|name[ _](unknown|invalid)|does not exist|no such (image|manifest)|(?<![:.\w@-]|(?:size|expected|length|offset) )404\b|unknown manifest/i.test(
        text,
      ),
  ],
  ['P4', (text) => NETWORK.test(text)],
];

/** Classifies the message of a failed pull; undefined if it is unknown. */
export function classifyPull(text: string): PullClass | undefined {
  const words = withoutReferences(text);
  return ORDER.find(([, matches]) => matches(words))?.[0];
}

/**
 * Image names and addresses may contain any words, digests and ports, so they are removed. A registry chooses these
 * texts: long repetitions are matched only at their beginning.
 */
function withoutReferences(text: string): string {
  return text
    .replaceAll(/\\?"(?=[^"\s]*[/:@])[^"\s]*"/g, '"…"')
    .replaceAll(/\bhttps?:\/\/[^\s"]+?(?=[:,]?(\s|"|$))/g, '…')
    .replaceAll(/(?<![\w.-])(?=[\w.-]*[\w-]\.[\w-])[\w.-]+(?::\d+)?\/[^\s"]*?(?=[:,]?(\s|"|$))/g, '…')
    .replaceAll(/\bsha256:[0-9a-f]*/g, '…')
    .replaceAll(/(?<![^\s":])(?=[^\s":]*\/)[^\s":]+:\w[\w.-]*(?=[:,]?(\s|"|$))/g, '…');
}

/** The runtime's message, after the kubelet's own prefix. Empty if the kubelet only says that it waits. */
export function innerPullText(message: string): string {
  const inner = /Err(?:ImagePull|RegistryUnavailable)?: (.*)$/s.exec(
    message.replace(/^.*?ErrImagePull: /s, 'Err: '),
  );
  if (inner !== null) return inner[1] ?? '';
  if (/^Back-off pulling image "[^"]*"\.?$/.test(message.trim())) return '';
  return message.replace(/^Failed to pull image "[^"]*": /, '');
}

/** The registry's host in an image reference. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return named ? first : 'docker.io';
}

/** The HTTP status of a registry's response, if the message contains it. */
export function registryStatus(text: string): string | undefined {
  const found = /(?<![:.\w@-]|(?:size|expected|length|offset) )(401|403|404|429|50[0-4])\b/.exec(
    withoutReferences(text),
  )?.[1];
  if (found !== undefined) return found;
  if (/unauthorized|authentication required|no basic auth/i.test(text)) return '401';
  return /toomanyrequests|too many requests/i.test(text) ? '429' : undefined;
}

/** Runtimes nest messages with colons; the last clause is the cause. */
export function lastClause(text: string, limit = 200): string {
  const trimmed = text.trim();
  if (trimmed.length <= limit) return trimmed;
  const clauses = trimmed.split(/: /);
  const last = clauses.slice(-2).join(': ');
  return last.length <= limit ? last : `…${last.slice(-limit)}`;
}
