/** Ids of a series: `S` with 28 gives S1 to S28. */
const series = (letter: string, last: number): string[] =>
  Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);

/** The catalogue of pod failures, by id, against which the coverage of the rules is measured. */
export const CATALOGUE: readonly string[] = [
  ...series('O', 18),
  ...series('G', 6),
  ...series('T', 7),
  'T7b',
  ...series('T', 17).slice(7),
  ...series('N', 7),
  ...series('S', 28),
  ...series('V', 12),
  ...series('X', 6),
  ...series('I', 6),
  ...series('P', 13),
  ...series('C', 10),
  ...series('R', 9),
  ...series('K', 20),
  ...series('U', 12),
  ...series('E', 11),
  ...series('A', 9),
];

/** Entries without their own rule, and why. */
export const WITHOUT_RULE: Readonly<Record<string, string>> = {
  G6: 'K7 reports a container that had to be killed; a pattern over many restarts is not recorded',
  T17: 'a pod that has succeeded is not a problem: tests check that nothing is reported',
  K18: 'a recovered failure is not a problem: tests check that nothing is reported',
  E6: 'whether a network policy is enforced cannot be read from the API',
};
