/** The verbosity from which on kubectl shows requests; here a bug's stack is shown too. */
const LEVEL = 6;

/** Whether a command line requests stacks (`-v=6`, `-v6`, `-v 6`, `--v=6`), without a parser. */
export function showsStack(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = (end === -1 ? argv : argv.slice(0, end)).join(' ');
  return [...words.matchAll(/(?:^| )(?:-v[= ]?|--v[= ])(\d+)(?= |$)/g)].some(
    ([, level]) => Number(level) >= LEVEL,
  );
}
