import { align } from './align.ts';
import { type JoinPoint, type JoinView, logTail } from './join-point.ts';

/**
 * Where attach continues if nothing is certain: where the text indicates it, however weakly. If it indicates nothing: in
 * a flood of one text, at the log's position when attach began; otherwise at attach's first byte.
 */
export function joinByGuess(view: JoinView): JoinPoint {
  if (view.repetitive) return joinFloodByGuess(view);
  const { channels } = view;
  const active = channels.filter((channel) => channel.length > 0);
  const consumed = channels.map((channel) => {
    if (active.length !== 1 || channel !== active[0]) return channel.start;
    const found = align(logTail(view), channel.slice(channel.start), channel.start === 0);
    return channel.start + (found.length === 1 ? (found[0]?.consumed ?? 0) : 0);
  });
  return { consumed, by: 'best-guess' };
}

/** This may be wrong by the data in transit on either stream when attach began. */
function joinFloodByGuess({ channels, log, logAtFirstAttach }: JoinView): JoinPoint {
  const has = log.end - logAtFirstAttach;
  const consumed = channels.map((channel) =>
    channel.finalLength > 0 ? Math.max(channel.start, Math.min(channel.length, has)) : 0,
  );
  return { consumed, by: 'best-guess' };
}
