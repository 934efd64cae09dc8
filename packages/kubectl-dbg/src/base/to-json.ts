import { escapeHidden } from './sanitise.ts';

/**
 * A value as JSON for a terminal: characters that a terminal would interpret or hide are `\u` escapes, which changes no
 * value. Ends with a newline.
 *
 * @param indent spaces per level
 */
export function toJson(value: unknown, indent: number): string {
  return `${escapeHidden(JSON.stringify(value, null, indent), 'json')}\n`;
}
