import { decodeText } from '../../base/decode-text.ts';
import { readFileOrPipe } from '../../base/read-file.ts';
import type { Report } from '../../model/report.ts';
import { NotAReport, readReport } from '../../report/read-report.ts';
import { usage } from '../cli-error.ts';

/** A report contains the outputs of a complete fleet. */
const LIMIT_BYTES = 256 * 1024 * 1024;

const REMEDY = 'Name a report that was written with -o json=FILE';

/** Reads a report of an earlier run. Throws DbgError (usage) that names the file and the invalid field. */
export async function readReportFile(path: string): Promise<Report> {
  try {
    return readReport(decodeText(await readFileOrPipe(path, LIMIT_BYTES)));
  } catch (error) {
    if (error instanceof NotAReport) throw usage(`${path} ${error.message}`, REMEDY);
    throw usage(`cannot read ${path}: ${(error as Error).message}`, REMEDY);
  }
}
