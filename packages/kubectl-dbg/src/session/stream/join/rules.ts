import { joinByGuess } from './best-guess.ts';
import { joinByLines } from './by-lines.ts';
import { joinBySilence } from './by-silence.ts';
import { joinByText } from './by-text.ts';
import { joinFromStart } from './from-start.ts';
import { joinInLine } from './in-line.ts';
import { activeOf, type Ambiguous, type JoinPoint, type JoinRuleName, type JoinView } from './join-point.ts';

export interface JoinRule {
  name: JoinRuleName;
  isAllowed(view: JoinView): boolean;
  find(view: JoinView): JoinPoint | Ambiguous | undefined;
  /** It compares much text, so it is only applied to new text, and not too often. */
  searches?: boolean;
}

/** While both sources are open: the first rule that finds a join point decides. */
export const LIVE_RULES: readonly JoinRule[] = [
  {
    name: 'without-log',
    isAllowed: (view) => view.logState === 'refused',
    find: ({ channels }) => ({ consumed: channels.map(() => 0), by: 'without-log' }),
  },
  {
    name: 'from-start',
    isAllowed: (view) => !view.logHasSpoken,
    find: joinFromStart,
  },
  {
    name: 'in-line',
    isAllowed: (view) => !view.attachPaused,
    find: joinInLine,
  },
  {
    name: 'by-silence',
    isAllowed: (view) => !view.attachPaused,
    find: (view) => joinBySilence(view),
  },
  {
    name: 'by-text',
    isAllowed: (view) => activeOf(view.channels).length === 1,
    find: joinByText,
    searches: true,
  },
  {
    name: 'by-lines',
    isAllowed: (view) => activeOf(view.channels).length > 1,
    find: joinByLines,
    searches: true,
  },
  {
    // A flood of one text over and over, whose log was cut while it lagged far behind.
    name: 'best-guess',
    isAllowed: (view) => view.attachPaused && view.repetitive && view.logCut,
    find: joinByGuess,
  },
];
