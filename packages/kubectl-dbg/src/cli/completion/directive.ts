/** How a shell treats the offers: the bit mask that kubectl's shell scripts read from the last line. */
export const Directive = {
  /** Offer files if nothing else is offered. */
  usual: 0,
  /** No blank after the word: it is incomplete. */
  noSpace: 2,
  /** Offer no files. */
  noFiles: 4,
  /** The words are file extensions to offer. */
  fileEndings: 8,
} as const;

/** One offered word. */
export interface Offer {
  word: string;
  /** Shown next to it by shells that can. */
  description?: string;
}

/** The offers for a word. */
export interface Completion {
  offers: Offer[];
  directive: number;
}

/**
 * A completion in the format that kubectl reads from `kubectl_complete-dbg`: words, descriptions after a tab, directive.
 */
export function renderCompletion({ offers, directive }: Completion): string {
  const lines = offers.map(({ word, description }) =>
    description === undefined ? word : `${word}\t${description}`,
  );
  return `${[...lines, `:${directive}`].join('\n')}\n`;
}
