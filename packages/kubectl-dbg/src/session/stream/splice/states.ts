import { AttachSpeaks } from './attach-speaks.ts';
import type { SpliceContext } from './context.ts';
import { Ending } from './ending.ts';
import { Finished } from './finished.ts';
import { LogIgnored } from './log-ignored.ts';
import { LogResumes } from './log-resumes.ts';
import { LogSpeaks } from './log-speaks.ts';
import { StartCheck } from './start-check.ts';
import type { Transitions } from './state.ts';

/** All states of the splice. */
export function statesOf(context: SpliceContext): Transitions {
  return {
    logSpeaks: () => new LogSpeaks(context),
    attachSpeaks: (joined) => new AttachSpeaks(context, joined),
    logResumes: (joined) => new LogResumes(context, joined),
    logIgnored: () => new LogIgnored(context),
    ending: () => new Ending(context),
    startCheck: (unproven) => new StartCheck(context, unproven),
    finished: (logWritten = false) => new Finished(context, logWritten),
  };
}
