/**
 * Splits a command into words as a shell does: blanks separate them; quotes and, unless `backslash` is false (paths on
 * Windows), backslashes keep blanks. Nothing is expanded. Undefined if a quote is not closed.
 */
export function shellWords(text: string, { backslash = true } = {}): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (backslash && character === '\\' && next !== '' && isEscape(quote, next)) {
      word = (word ?? '') + next;
      at += 1;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

/** Whether a backslash before this character is removed. */
function isEscape(quote: string, next: string): boolean {
  return quote === '' || (quote === '"' && '"\\$`'.includes(next));
}
