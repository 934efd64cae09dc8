/** Started parts, to be stopped in reverse order: at the end, or when a later step fails. */
export class Unwind {
  readonly #steps: (() => Promise<unknown> | void)[] = [];

  /** Registers how to undo what was just done. */
  defer(step: () => Promise<unknown> | void): void {
    this.#steps.push(step);
  }

  /** Undoes everything. A failed step does not prevent the others; the failures are thrown at the end. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1)
      throw new AggregateError(errors, 'several parts of the sandbox could not be stopped');
  }
}
