import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The required part of node:test's context. */
export interface CleanUp {
  after(run: () => void | Promise<void>): void;
}

/** A directory for the test, removed after it. */
export async function temporaryFolder(test: CleanUp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-dbg-test-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
