import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The part of node:test's context that is needed. */
export interface CleanUp {
  after(run: () => void | Promise<void>): void;
}

/** A folder of the test's own, removed after it. */
export async function temporaryFolder(test: CleanUp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-dbg-test-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
