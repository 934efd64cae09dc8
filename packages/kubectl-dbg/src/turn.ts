/** One turn of the event loop: what has been begun until now is on its way. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
