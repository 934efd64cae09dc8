import assert from 'node:assert/strict';
import { type Cell, OWN_CODE, type Played } from './cell.ts';
import { SCREEN_SETUP, TRUTH } from './settings.ts';

/** Exit codes of signals and of a closed output need no message. */
const SILENT = new Set([129, 130, 143, 141, 137]);

/** Fails unless the result of a cell is correct. */
export function judgeCell(cell: Cell, played: Played): void {
  const { code, stdout, left, made, terminal } = played;
  // A progress line is erased before the next one.
  const stderr = plain(played.stderr.replaceAll('\x1b[2K', '\n'));
  const context = `code ${code}, made ${made}, left ${left.join()}\n${stderr}\n${stdout.slice(-300)}`;
  const { injection, shape } = cell;
  const right = injection.codes(cell);
  assert.ok(right.includes(code), `${right.join(' or ')} is right, not ${context}`);
  assert.doesNotMatch(stderr, /bug in kubectl-dbg/, context);

  const output = shape === 'terminal' ? plain(stdout) : stdout;
  const early = /what was printed before the terminal was attached may be missing/.test(stderr);
  if (code === OWN_CODE && early) assert.ok(TRUTH.endsWith(output), context);
  else if (code === OWN_CODE) assert.equal(output, TRUTH, context);
  else {
    if (!SILENT.has(code) && injection.output?.stream !== 'stderr') {
      assert.match(stderr, /^error: .+$/m, context);
      if (injection.says !== undefined) assert.match(stderr, injection.says, context);
    }
    if (!/may be missing or come twice/.test(stderr)) {
      assertOnce(output, /part of the output .* could not be read/.test(stderr), context);
    }
  }

  assert.deepEqual(terminal, [], context);
  // Objects that could not be deleted are named, with the command that deletes them.
  if (injection.output?.stream !== 'stderr') {
    const unnamed = left.filter((name) => !stderr.includes(`kubectl delete pod ${name}`));
    assert.deepEqual(unnamed, [], context);
  }
  assert.ok(made <= 1, `more than one container was made: ${context}`);
  if (output !== '') assert.equal(made, 1, context);
}

/** Checks that no line is duplicated or out of order, and that none is missing unless the loss was reported. */
function assertOnce(output: string, lossTold: boolean, context: string): void {
  const lines = output.split('\n');
  // The last line may be cut, and the first if a loss was reported.
  lines.pop();
  if (lossTold) lines.shift();
  const numbers = lines.map((line) => Number(/^line (\d+)$/.exec(line)?.[1]));
  const follows = (number: number, index: number) =>
    lossTold ? index === 0 || number > (numbers[index - 1] ?? 0) : number === index + 1;
  assert.ok(numbers.every(follows), `lines are missing, came twice or are damaged: ${context}`);
}

/** The terminal's output without the program's own sequences and those that undo them. */
function plain(text: string): string {
  return (
    text
      .replace(SCREEN_SETUP, '')
      // eslint-disable-next-line no-control-regex
      .replaceAll(/\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b\[[?>!]?[0-9;]*[a-zA-Z]/g, '')
      .replaceAll('\r', '')
  );
}
