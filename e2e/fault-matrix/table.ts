import { type Place, SHAPES, type Shape, WORKFLOWS } from './cell.ts';

/** The result of a cell; without a code it did not end. */
export interface CellResult extends Place {
  /** Name of the injection. */
  name: string;
  code?: number;
  milliseconds?: number;
  right: boolean;
  /** Run with the built program on a real pseudo-terminal. */
  pty?: true;
}

const TITLES = { ephemeral: 'Ephemeral containers', copy: 'Copies', node: 'Node pods' };

/** The cells that were run with the built program on a pseudo-terminal, one row per injection. */
export function ptyTableOf(results: readonly CellResult[], names: readonly string[]): string {
  const rows = names.flatMap((name) => {
    const own = results.filter((result) => result.name === name);
    const cells = WORKFLOWS.map((workflow) => show(own.find((result) => result.workflow === workflow)));
    return own.length === 0 ? [] : [`| ${[name, ...cells].join(' | ')} |`];
  });
  const head = `| what happens | ${WORKFLOWS.map((workflow) => TITLES[workflow]).join(' | ')} |\n| --- |${' ---: |'.repeat(WORKFLOWS.length)}`;
  return `## The built program on a pseudo-terminal\n\n${countOf(results)}\n\n${head}\n${rows.join('\n')}\n`;
}

function countOf(results: readonly CellResult[]): string {
  const right = results.filter((result) => result.right).length;
  return `${right} of ${results.length} cells came out right.`;
}

/** The results in Markdown: one table per workflow, one row per injection, in the order of `names`. */
export function tableOf(all: readonly CellResult[], names: readonly string[]): string {
  const results = all.filter(({ pty }) => pty !== true);
  const right = results.filter((result) => result.right).length;
  const parts = WORKFLOWS.map((workflow) => {
    const rows = new Map<string, Partial<Record<Shape, CellResult>>>();
    for (const result of results) {
      if (result.workflow === workflow) {
        rows.set(result.name, { ...rows.get(result.name), [result.shape]: result });
      }
    }
    const lines = names
      .filter((name) => rows.has(name))
      .map((name) => `| ${[name, ...SHAPES.map((shape) => show(rows.get(name)?.[shape]))].join(' | ')} |`);
    const head = `| what happens | ${SHAPES.join(' | ')} |\n| --- |${' ---: |'.repeat(SHAPES.length)}`;
    return `## ${TITLES[workflow]}\n\n${head}\n${lines.join('\n')}\n`;
  });
  return `# Fault matrix

What becomes of a session when something goes wrong: ${right} of ${results.length} cells came out right. Written by
\`npm run test:long\`. Each cell is the exit code (3 is the command's own) and the time it took. ✓: it ended; the exit code
and the words tell the truth; the terminal is as it was; nothing is left in the cluster that is not named; no more than
one container was made; every byte came once, or its loss was reported.

The waits are shortened for the matrix: a peer counts as dead after 4 s, a stream is tried again for 3 s.

${parts.join('\n')}
${ptyTableOf(
  all.filter(({ pty }) => pty === true),
  names,
)}`;
}

function show(result: CellResult | undefined): string {
  if (result === undefined) return '';
  const end = result.code === undefined ? 'no end' : `${result.code}, ${result.milliseconds} ms`;
  return `${end} ${result.right ? '✓' : '✗'}`;
}
