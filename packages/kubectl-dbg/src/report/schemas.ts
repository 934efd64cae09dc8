import {
  array,
  boolean,
  check,
  integer,
  literal,
  looseObject,
  maxValue,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  regex,
  string,
} from 'valibot';
import { REPORT_API_VERSION, RESULT_CLASSES, STOP_REASONS } from '../model/report.ts';

// Schemas for data of earlier runs. Files may come from other people, so invalid numbers, times and names are refused
// here.

const text = optional(string());
const count = pipe(number(), integer(), minValue(0));

/** A valid RFC 3339 time: it is copied into reports. */
const time = pipe(
  string(),
  regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/),
  check((value) => !Number.isNaN(Date.parse(value))),
);

/** A year: no command of a run takes longer. */
const milliseconds = pipe(number(), minValue(0), maxValue(366 * 24 * 60 * 60 * 1000));

/** It becomes part of container names. */
const run = pipe(string(), regex(/^[a-z0-9]{1,16}$/));

export const resultSchema = looseObject({
  namespace: string(),
  pod: string(),
  uid: string(),
  container: string(),
  debugContainer: text,
  node: text,
  owner: text,
  class: picklist(RESULT_CLASSES),
  exitCode: optional(pipe(number(), integer(), minValue(0), maxValue(255))),
  signal: optional(pipe(number(), integer(), minValue(1), maxValue(127))),
  reason: text,
  message: text,
  output: text,
  outputFile: text,
  bytes: count,
  lines: count,
  sha256: text,
  truncated: boolean(),
  started: optional(time),
  milliseconds,
});

const runFields = { run, started: time, command: array(string()), image: string() };

/** A line of a journal that describes the run. */
export const runSchema = looseObject({ ...runFields, question: string() });

/** A line of a journal for the start of a command. */
export const startSchema = looseObject({
  uid: string(),
  container: string(),
  namespace: string(),
  pod: string(),
});

/** A report; its totals and groups are recomputed from the results. */
export const reportSchema = looseObject({
  apiVersion: literal(REPORT_API_VERSION),
  kind: literal('Report'),
  ...runFields,
  finished: time,
  stopped: optional(picklist(STOP_REASONS)),
  results: array(resultSchema),
});
