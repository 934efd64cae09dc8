/** The end of a `break` or `continue`, on its way to its loop. */
export class LoopJump extends Error {
  override readonly name = 'LoopJump';
  readonly again: boolean;

  constructor(again: boolean) {
    super(again ? 'continue' : 'break');
    this.again = again;
  }
}
