import { EXAMPLES } from './examples.ts';
import { flags } from './flags.ts';
import { SUBCOMMANDS } from './subcommands.ts';
import { FLAG_GROUPS, type FlagGroup, type FlagSpec } from './types.ts';
import { wrap } from './wrap.ts';

/** Width of the help text if the terminal's is unknown, and the readable minimum and maximum. */
const USUAL_WIDTH = 100;
const NARROWEST = 60;
const WIDEST = 120;
/** Column of a flag's explanation; longer flags push theirs to the next line. */
const FLAG_COLUMN = 34;

const INTRO =
  'Debug a running pod, a copy of a pod, or a node. A debug container with your tools joins the target; ' +
  'on a terminal you get a shell in it, otherwise its output and exit code.';

const TARGETS =
  'TARGET is POD, pod/NAME, node/NAME, or a workload (one of its ready pods is chosen): deploy, rs, sts, ds, job, ' +
  'cronjob, rc or svc, each as TYPE/NAME. Several targets are written pod/a pod/b, or selected with -l.';

/** Usage lines of the command. */
export const USAGE: readonly string[] = [
  'kubectl dbg TARGET... [flags] [-- COMMAND [ARG...]]',
  'kubectl dbg [flags] POD COMMAND [ARG...]',
  'kubectl dbg -l LABELS [flags] [-- COMMAND [ARG...]]',
  'kubectl dbg -f FILE [flags] [-- COMMAND [ARG...]]',
];

/** The help text, for a terminal of this many columns. */
export function renderHelp(columns: number = USUAL_WIDTH): string {
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
  const lines = [
    ...wrap(INTRO, width),
    '',
    'Usage:',
    ...USAGE.map((line) => `  ${line}`),
    ...Object.entries(SUBCOMMANDS).map(([name, what]) => `  kubectl dbg ${name.padEnd(12)}${what}`),
    '',
    ...wrap(TARGETS, width),
    '',
    'Examples:',
    ...EXAMPLES.flatMap(({ what, line }) => [`  # ${what}`, `  kubectl dbg ${line}`]),
  ];
  for (const group of FLAG_GROUPS) {
    lines.push(...groupLines(group, flags, width));
  }
  lines.push('', ...wrap(ENDING, width));
  return `${lines.join('\n')}\n`;
}

/** The help text of a command besides debugging, for a terminal of this many columns. */
export function renderCommandHelp(command: CommandHelp, columns: number = USUAL_WIDTH): string {
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
  const lines = [
    ...command.about.flatMap((text, index) => [...(index === 0 ? [] : ['']), ...wrap(text, width)]),
    '',
    'Usage:',
    ...command.usage.map((line) => `  kubectl dbg ${line}`),
  ];
  if (command.examples !== undefined && command.examples.length > 0) {
    lines.push('', 'Examples:');
    for (const { what, line } of command.examples) lines.push(`  # ${what}`, `  kubectl dbg ${line}`);
  }
  for (const group of FLAG_GROUPS) lines.push(...groupLines(group, command.flags, width));
  return `${lines.join('\n')}\n`;
}

/** The content of a command's help. */
export interface CommandHelp {
  /** Paragraphs. */
  about: readonly string[];
  /** Lines without `kubectl dbg`, such as `profiles [NAME]`. */
  usage: readonly string[];
  examples?: readonly { what: string; line: string }[];
  flags: readonly FlagSpec[];
}

function groupLines(group: FlagGroup, table: readonly FlagSpec[], width: number): string[] {
  const rows = table.filter((flag) => flag.group === group);
  return rows.length === 0 ? [] : ['', `${group}:`, ...rows.flatMap((flag) => flagLines(flag, width))];
}

const ENDING =
  'The exit code is that of the command. kubectl dbg itself fails with 64 usage, 66 not found, 68 unreachable, ' +
  '69 never started, 70 bug, 74 session lost, 75 deadline, 77 refused, 78 configuration.';

function flagLines(flag: FlagSpec, width: number): string[] {
  const left = `  ${flagTitle(flag)}`;
  const text = flag.fallback === undefined ? flag.help : `${flag.help} (default: ${flag.fallback})`;
  const explained = wrap(text, width - FLAG_COLUMN);
  const indented = explained.map((line) => `${' '.repeat(FLAG_COLUMN)}${line}`);
  if (left.length >= FLAG_COLUMN) return [left, ...indented];
  return [`${left.padEnd(FLAG_COLUMN)}${explained[0] ?? ''}`, ...indented.slice(1)];
}

/** `-c, --container NAME`, with the long names of all flags in one column. */
function flagTitle(flag: FlagSpec): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  if (flag.value === undefined) return `${short}--${flag.name}`;
  return `${short}--${flag.name}${flag.bare === undefined ? ' ' : '='}${flag.value}`;
}
