import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The required part of node:test's context. */
export interface CleanUp {
  after(run: () => void | Promise<void>): void;
}

/** A directory for the test, removed after it. */
export async function temporaryDirectory(test: CleanUp): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-test-'));
  test.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
