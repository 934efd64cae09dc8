import { safeParse } from 'valibot';
import { pathOfIssue } from '../base/path-of-issue.ts';
import { sanitiseShort } from '../base/sanitise.ts';
import { mayHoldMore } from '../base/yaml-size.ts';
import type { Report } from '../model/report.ts';
import { reportSchema } from './schemas.ts';

/** A report of fifty thousand targets with outputs. */
const MOST_VALUES = 5_000_000;

/** Thrown for a text that is not a report; its message names the invalid field. */
export class NotAReport extends Error {
  override readonly name = 'NotAReport';
}

/** Parses a report of an earlier run from JSON. Throws NotAReport. */
export function readReport(text: string): Report {
  if (mayHoldMore(text, MOST_VALUES)) throw new NotAReport(`holds more than ${MOST_VALUES} values`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotAReport('is not JSON');
  }
  const result = safeParse(reportSchema, value, { abortEarly: true });
  if (result.success) return result.output as unknown as Report;
  const field = pathOfIssue(result.issues[0]).replace(/^\./, '');
  const place = field === '' ? '' : ` (${sanitiseShort(field, 200)})`;
  throw new NotAReport(`is not a report${place}`);
}
