/** Thrown by `break` and `continue`, and caught by the loop. */
export class LoopJump extends Error {
  override readonly name = 'LoopJump';
  readonly again: boolean;

  constructor(again: boolean) {
    super(again ? 'continue' : 'break');
    this.again = again;
  }
}
