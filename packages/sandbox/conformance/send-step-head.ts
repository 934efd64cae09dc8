import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';

/** Status and headers; a repeated header is a list. */
export function headOf(response: IncomingMessage): Pick<Answer, 'status' | 'headers'> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(response.headersDistinct)) {
    if (value !== undefined) headers[name] = value.length === 1 ? (value[0] ?? '') : value;
  }
  return { status: response.statusCode ?? 0, headers };
}

/** The parsed JSON, or the text itself if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
