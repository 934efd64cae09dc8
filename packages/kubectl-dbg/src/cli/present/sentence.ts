/** What failed, then what to do next, on one line. */
export function sentence(message: string, remedy: string | undefined): string {
  return remedy === undefined ? message : `${message.replace(/[.\s]+$/, '')}. ${remedy}`;
}
