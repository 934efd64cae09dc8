/** A message in the API has at most some KiB (events 1, termination messages 4, conditions 32). */
const MAX_MESSAGE_CHARACTERS = 32 * 1024;

const MESSAGES: ReadonlySet<string> = new Set(['message', 'reason']);

/**
 * Converts JSON of the API to the form of our types: null fields are removed at any depth, because null means absent
 * (Go's decoding), and messages are truncated to a length that is safe for regular expressions. Elements of arrays are
 * kept. The depth is limited when the JSON is parsed.
 */
export function normalise(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) normalise(element);
    return;
  }
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (field === null) delete fields[key];
    else if (typeof field === 'object') normalise(field);
    else if (typeof field === 'string' && field.length > MAX_MESSAGE_CHARACTERS && MESSAGES.has(key)) {
      fields[key] = field.slice(0, MAX_MESSAGE_CHARACTERS);
    }
  }
}
