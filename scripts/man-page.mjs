// Prints the man page, generated from the table of flags: node --import tsx scripts/man-page.mjs
import { EXAMPLES } from '../packages/kubectl-dbg/src/cli/grammar/examples.ts';
import { flags } from '../packages/kubectl-dbg/src/cli/grammar/flags.ts';
import { USAGE } from '../packages/kubectl-dbg/src/cli/grammar/help.ts';
import { SUBCOMMANDS } from '../packages/kubectl-dbg/src/cli/grammar/subcommands.ts';
import { FLAG_GROUPS } from '../packages/kubectl-dbg/src/cli/grammar/types.ts';
import { VERSION } from '../packages/kubectl-dbg/src/version.ts';

process.stdout.write(manPage());

function manPage() {
  const lines = [
    `.TH KUBECTL-DBG 1 "" "kubectl-dbg ${VERSION}" "User Commands"`,
    '.SH NAME',
    'kubectl-dbg \\- debug running pods, copies of pods, and nodes',
    '.SH SYNOPSIS',
    '.nf',
    ...USAGE.map(roff),
    ...Object.keys(SUBCOMMANDS).map((name) => roff(`kubectl dbg ${name} ...`)),
    '.fi',
    '.SH COMMANDS',
    ...Object.entries(SUBCOMMANDS).flatMap(([name, what]) => ['.TP', `.B ${roff(name)}`, roff(what)]),
    '.SH OPTIONS',
  ];
  for (const group of FLAG_GROUPS) {
    const own = flags.filter((flag) => flag.group === group);
    if (own.length === 0) continue;
    lines.push(`.SS ${roff(group)}`);
    for (const flag of own) lines.push('.TP', `.B ${roff(names(flag))}`, roff(flag.help));
  }
  lines.push('.SH EXAMPLES');
  for (const { what, line } of EXAMPLES)
    lines.push('.TP', roff(what), '.nf', roff(`kubectl dbg ${line}`), '.fi');
  lines.push(
    '.SH EXIT STATUS',
    "That of the command; kubectl-dbg's own codes begin at 64: see docs/exit-codes.md.",
  );
  lines.push('.SH SEE ALSO', '.BR kubectl (1)');
  return `${lines.join('\n')}\n`;
}

function names({ name, short, value }) {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : `=${value}`}`;
}

/** Escapes text for roff: backslashes, hyphens, and lines that look like requests. */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
