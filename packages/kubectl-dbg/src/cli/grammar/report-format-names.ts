/** The formats of a report, as `--output` of `each` and `report` names them. */
export const REPORT_FORMATS = [
  'text',
  'json',
  'ndjson',
  'yaml',
  'junit',
  'csv',
  'markdown',
  'html',
  'sarif',
  'github',
  'prometheus',
] as const;
