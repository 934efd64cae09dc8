import type { SpliceContext } from './context.ts';
import type { JoinedStream } from './joined-stream.ts';
import { ResumePoint } from './resume-point.ts';

/** Attach is no longer delivered: the log continues behind its last byte, and so does the next attach. */
export function leaveAttach(context: SpliceContext, joined: JoinedStream): ResumePoint {
  const { attach, log, output } = context;
  output.report.gaps.push(...joined.giveUp());
  log.pending.written = joined.position;
  context.earliestStart = joined.position;
  attach.unproven = joined.unprovenChannels;
  attach.spoke = true;
  attach.forget();
  return new ResumePoint(joined.position, joined.tails(), joined.endsInReturn, joined.evidence);
}
