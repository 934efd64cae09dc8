import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Report } from '../../model/report.ts';
import type { World } from '../../model/world.ts';
import { VERSION } from '../../version.ts';
import { renderReport, type ReportTarget } from './report-formats.ts';
import { CliError } from '../cli-error.ts';

/** Writes a report in each format: to stdout, or to private files, which are written atomically. */
export async function writeReports(
  report: Report,
  targets: readonly ReportTarget[],
  text: () => string,
  world: Pick<World, 'stdout' | 'cwd'>,
): Promise<void> {
  for (const { format, file } of targets) {
    const document = format === 'text' ? text() : await renderReport(report, format, VERSION);
    if (file === undefined) world.stdout.write(document);
    else await writeWhole(resolve(world.cwd, file), document);
  }
}

/** Throws DbgError (lost) if it can't be written. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = join(dirname(path), `.kubectl-dbg-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new CliError(
      'lost',
      'ReportUnwritable',
      `cannot write the report ${path}: ${(error as Error).message}`,
      'Give another file',
      error,
    );
  }
}
