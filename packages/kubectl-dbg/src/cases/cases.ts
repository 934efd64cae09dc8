import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differencesOf, transforms, type CaseOutcome } from './differences.ts';

/** One case of a file in fixtures/; which fields it has depends on its suite. */
export interface Case {
  id: string;
  [field: string]: unknown;
}

interface CasesFile {
  suites: { id: string; cases: Case[] }[];
}

/** The cases for the command, and the objects written by a real kubectl. */
const FILES = ['kubectl-debug-cases.json', 'kubectl-writes.json'];

const suites = FILES.flatMap((name) => {
  const text = readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
  return (JSON.parse(text) as CasesFile).suites;
});

/** The cases of a suite. */
export function casesOf(suite: string): Case[] {
  const found = suites.find(({ id }) => id === suite);
  if (found === undefined) throw new Error(`no suite ${suite}`);
  return found.cases.map(withEndings);
}

/** Replaces the file's counters for random suffixes with the suffixes that countingDraw generates. */
function withEndings(given: Case): Case {
  const text = JSON.stringify(given)
    .replaceAll(/"debugger-1"/g, '"debugger-bbbbb"')
    .replaceAll(/"debugger-2"/g, '"debugger-ccccc"')
    .replaceAll(/"(node-debugger-[^"]*)-1"/g, '"$1-bbbbb"');
  return { ...(JSON.parse(text) as Case), id: given.id };
}

/** Ids of all suites and of all their cases. */
export function allIds(): Set<string> {
  return new Set(suites.flatMap(({ id, cases }) => [id, ...cases.map((given) => given.id)]));
}

/**
 * Runs every case of a suite as a separate test: `ours` must return the outcome `upstream`, modified by the
 * differences that docs/differences.md lists for the case, each of which must change it.
 */
export function runCases(
  suite: string,
  upstream: (given: Case) => CaseOutcome,
  ours: (given: Case) => CaseOutcome | Promise<CaseOutcome>,
): void {
  for (const given of casesOf(suite)) {
    void test(given.id, async () => {
      let expected = upstream(given);
      for (const code of differencesOf(suite, given.id)) {
        const before = structuredClone(expected);
        const transform = transforms[code];
        assert.ok(transform !== undefined, `difference ${code} has no transform`);
        expected = transform(expected, given);
        assert.notDeepEqual(expected, before, `difference ${code} changes nothing here`);
      }
      assert.deepEqual(await ours(given), expected);
    });
  }
}
