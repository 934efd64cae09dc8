import { quoteForShell } from '../../base/shell-quote.ts';

/** The message about an interrupted copy: where the partial file is kept, and what to do with it. */
export function keptWords(path: string, side: 'container' | 'local'): string {
  const file = quoteForShell(path);
  const [where, remove] =
    side === 'container'
      ? [' in the container', `kubectl dbg POD --enter -- rm ${file}`]
      : ['', `rm ${file}`];
  return `What has come is kept${where} as ${file}. Give the same command again to go on from there, or remove it with: ${remove}`;
}
