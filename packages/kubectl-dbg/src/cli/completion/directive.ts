/** How a shell treats what is offered: the bit mask that kubectl's shell scripts read from the last line. */
export const Directive = {
  /** Offer files if nothing else is offered. */
  usual: 0,
  /** No blank after the word: more of it follows. */
  noSpace: 2,
  /** Offer no files. */
  noFiles: 4,
  /** The words are endings of files to offer. */
  fileEndings: 8,
} as const;

/** One word on offer. */
export interface Offer {
  word: string;
  /** Shown beside it by shells that can. */
  description?: string;
}

/** What is offered for a word. */
export interface Completion {
  offers: Offer[];
  directive: number;
}

/** A completion in the form that kubectl reads from `kubectl_complete-dbg`: words, descriptions after a tab, directive. */
export function renderCompletion({ offers, directive }: Completion): string {
  const lines = offers.map(({ word, description }) =>
    description === undefined ? word : `${word}\t${description}`,
  );
  return `${[...lines, `:${directive}`].join('\n')}\n`;
}
