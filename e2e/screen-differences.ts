import type xterm from '@xterm/headless';

/** Differences of a terminal's screen from before a program ran; `shown` is everything that was written to it. */
export function screenDifferences(screen: xterm.Terminal, shown: string): string[] {
  const found: string[] = [];
  if (screen.buffer.active.type !== 'normal') found.push('alternate screen');
  if (screen.modes.bracketedPasteMode) found.push('bracketed paste');
  if (screen.modes.mouseTrackingMode !== 'none') found.push('mouse reporting');
  if (screen.modes.applicationCursorKeysMode) found.push('application cursor keys');
  // eslint-disable-next-line no-control-regex
  if (shown.match(/\x1b\[\?25[hl]/g)?.at(-1) === '\x1b[?25l') found.push('hidden cursor');
  return found;
}
