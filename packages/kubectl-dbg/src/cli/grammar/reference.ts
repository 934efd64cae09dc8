import { EXAMPLES } from './examples.ts';
import { cpFlags } from './flags-cp.ts';
import { globalFlags } from './flags-global.ts';
import { pcapFlags } from './flags-pcap.ts';
import { flags } from './flags.ts';
import { USAGE } from './help.ts';
import { SUBCOMMANDS } from './subcommands.ts';
import { FLAG_GROUPS, type FlagSpec } from './types.ts';

/** Commands with their own flags that have no other page. */
const COMMAND_FLAGS: Readonly<Record<string, readonly FlagSpec[]>> = { cp: cpFlags, pcap: pcapFlags };
const globalNames = new Set<string>(globalFlags.map(({ name }) => name));

/** The reference page (docs/reference.md), generated from the flag table; scripts/reference.mjs writes it. */
export function renderReference(): string {
  const groups = FLAG_GROUPS.map((group) => {
    const rows = flags.filter((flag) => flag.group === group).map(cellsOf);
    return `### ${group}\n\n${table([HEAD, ...rows])}\n`;
  });
  const commands = Object.entries(SUBCOMMANDS).map(([name, what]) => `- \`kubectl dbg ${name}\`: ${what}`);
  const examples = EXAMPLES.map(({ what, line }) => `# ${what}\nkubectl dbg ${line}`);
  return [
    '# Reference',
    '<!-- Made by scripts/reference.mjs from the table of flags: change that, not this. -->',
    '## Synopsis',
    fenced('text', USAGE.join('\n')),
    SYNOPSIS,
    '## Other commands',
    commands.join('\n'),
    '## Examples',
    fenced('sh', examples.join('\n')),
    '## Flags',
    NOTES,
    groups.join('\n').trimEnd(),
    ...Object.entries(COMMAND_FLAGS).flatMap(([name, list]) => [
      `## Flags of ${name}`,
      'And those that select the cluster, as above.',
      table([HEAD, ...list.filter((flag) => !globalNames.has(flag.name)).map(cellsOf)]),
    ]),
    '## Exit codes',
    "The command's own exit code is passed on, 128 + n for signal n. [exit-codes.md](exit-codes.md) lists those of kubectl dbg itself.",
  ]
    .join('\n\n')
    .concat('\n');
}

const SYNOPSIS = `TARGET is \`POD\`, \`pod/NAME\`, \`node/NAME\`, or \`TYPE/NAME\` of a workload (one of its ready pods is chosen); a type may carry its
version and group (\`deployments.v1.apps/web\`). Everything after the first \`--\` is the command. Without \`--\`, a word after
a bare pod name begins the command, and everything from there on belongs to it.`;

const NOTES = `Flags and targets may be mixed in any order. Shorts may be combined and carry a value (\`-itcname\`, \`-c=name\`); switches take
a value only with \`=\` (\`--attach=false\`); underscores count as dashes. Of a repeated flag the last value holds, except
for lists. A flag that has no meaning for the target is refused. Defaults may come from kuberc, as kubectl's do.`;

const HEAD = ['flag', 'value', 'default', 'workflows', 'meaning'];

function cellsOf(flag: FlagSpec): string[] {
  const short = flag.short === undefined ? '' : `\`-${flag.short}\`, `;
  const repeatable = ['list', 'array', 'pairs'].includes(flag.type) ? ' (repeatable)' : '';
  const cells = [
    `${short}\`--${flag.name}\``,
    flag.value === undefined ? '' : `${code(flag.value)}${repeatable}`,
    flag.fallback ?? '',
    flag.workflows === undefined ? '' : flag.workflows.join(', '),
    flag.help,
  ];
  return cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('*', '\\*'));
}

/** A table aligned like the formatter's, so that the formatter does not change the page. */
function table(rows: readonly string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
