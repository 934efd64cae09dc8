import { sanitise } from './sanitise.ts';

/** The shell for a printed command. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/**
 * Characters without a meaning within a word in any shell. A word must not begin with `~` or `#`, which are not included.
 */
const PLAIN = /^[\w./:=+-][\w./:=+,-]*$/;

/** PowerShell splits arguments at commas. */
const PLAIN_POWERSHELL = /^[\w./:=+-]+$/;

/** Special characters of cmd; a caret before each escapes it. */
const CMD_SPECIAL = /[()%!^"<>&|]/g;

/** PowerShell ends a quoted text at any of these. */
const POWERSHELL_QUOTES = /['\u2018-\u201b]/g;

/**
 * One word of a command that is shown for pasting into a shell. Control and hidden characters are made visible first:
 * such a word changes its meaning, and never does harm.
 */
export function quoteForShell(word: string, shell: Shell = 'posix'): string {
  const text = sanitise(word);
  switch (shell) {
    case 'posix':
      return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
    case 'powershell':
      return PLAIN_POWERSHELL.test(text) ? text : `'${text.replace(POWERSHELL_QUOTES, '$&$&')}'`;
    case 'cmd':
      return quoteForCmd(text);
  }
}

/** Quoted as a Windows program parses its command line; characters that cmd itself interprets are escaped. */
function quoteForCmd(text: string): string {
  if (/^[\w./:+\\-]+$/.test(text)) return text;
  const argument = `"${text.replace(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`;
  return /["%!]/.test(text) ? argument.replace(CMD_SPECIAL, '^$&') : argument;
}
