/** A hint in the last lines of a log: the rule, and the line. */
export interface LogHint {
  id: 'K11' | 'K12' | 'K13' | 'K14' | 'K15' | 'K16' | 'R4';
  line: string;
  /** The host, path, setting or right in the line. */
  subject: string;
}

/** If both the keywords and the text before them may be long, the text after them is matched first. */
const HINTS: readonly (readonly [LogHint['id'], RegExp])[] = [
  ['R4', /exec format error/i],
  ['K16', /forbidden: User "(system:serviceaccount:[^"]+"? cannot [^"]*"?[^"]*"?)/i],
  [
    'K12',
    /(certificate (?:has expired|is not yet valid|verify failed)[^,]*|CERT_HAS_EXPIRED|x509: [^,]*|unable to verify the first certificate|self[- ]signed certificate)/i,
  ],
  [
    'K13',
    /(?:lookup|resolve(?: host)?(?:name)?|ENOTFOUND|EAI_AGAIN|translate host name)\W+([\w.-]+)?.*(?:no such host|not known|name resolution|ENOTFOUND|EAI_AGAIN|server can't find|NXDOMAIN)?/i,
  ],
  [
    'K13',
    /(no such host|name or service not known|temporary failure in name resolution|bad address|unknown host|UnknownHostException|nodename nor servname)/i,
  ],
  ['K14', /((?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:]+\]):\d+)[^\n]*(?:connection refused|ECONNREFUSED)/i],
  [
    'K14',
    /(?:connection refused|ECONNREFUSED|could not connect to server|can't connect to)\W*([\w.-]+:\d+)?/i,
  ],
  [
    'K15',
    /(?:required|missing|undefined|unset)[^\n]*(?:environment variable|env(?:ironment)? var|setting|config(?:uration)?)\W+([A-Z][A-Z0-9_]{2,})?/i,
  ],
  [
    'K15',
    /([A-Z][A-Z0-9_]{2,})\b[^\n]*(?:must be set|is not set|is required|not defined|must not be empty|unbound variable)/,
  ],
  ['K15', /KeyError: '?"?([A-Za-z_][\w.]*)/],
  [
    'K15',
    /(?=\/[^\n]*(?:no such file or directory|ENOENT|not found))((?:\/etc|\/config|\/app|\/opt|\/conf|\/secrets?)\/\S*?)["':,]?[^\n]*(?:no such file or directory|ENOENT|not found)/i,
  ],
  [
    'K15',
    /(?:no such file or directory|ENOENT)[^\n]*?['":\s]((?:\/etc|\/config|\/app|\/opt|\/conf|\/secrets?)\/[^\s'"]*)/i,
  ],
  [
    'K11',
    /(?:permission denied|read-only file system|EACCES|EROFS|operation not permitted)[^\n]*?['":\s](\/[^\s'":]*)/i,
  ],
  ['K11', /(?=\/[^\n]*(?:permission denied|read-only file system|EACCES|EROFS))(\/[^\s'":]*)/i],
  ['K11', /(permission denied|read-only file system|EACCES|EROFS)/i],
];

/** Reads the last lines from the end, because the last complaint is most often the reason. Never more than a hint. */
export function classifyLog(lines: readonly string[]): LogHint | undefined {
  for (const line of lines.toReversed()) {
    for (const [id, pattern] of HINTS) {
      const found = pattern.exec(line);
      if (found === null) continue;
      if (
        id === 'K13' &&
        !/no such host|not known|name resolution|ENOTFOUND|EAI_AGAIN|can't find|NXDOMAIN|bad address|unknown ?host|nodename nor/i.test(
          line,
        )
      ) {
        continue;
      }
      return { id, line, subject: (found[1] ?? '').trim() };
    }
  }
  return undefined;
}
