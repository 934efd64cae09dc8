import type { MadeObject } from '../../model/event.ts';

/** An object that was, or may have been, created. */
export class CreatedObject {
  /** False until the server has confirmed that it exists. */
  sure = false;
  object: MadeObject;
  readonly #remove: (signal: AbortSignal) => Promise<void>;
  readonly #forget: (entry: CreatedObject) => void;

  constructor(
    object: MadeObject,
    remove: (signal: AbortSignal) => Promise<void>,
    forget: (entry: CreatedObject) => void,
  ) {
    this.object = object;
    this.#remove = remove;
    this.#forget = forget;
  }

  /** The server has responded: it exists, with this name. */
  settle(object: Partial<MadeObject> = {}): void {
    this.sure = true;
    this.object = { ...this.object, ...object };
  }

  /** It was not created, was deleted, or is meant to stay. */
  forget(): void {
    this.#forget(this);
  }

  /** Deletes it, and nothing else. Throws the error if that fails; then it stays in the registry. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.#remove(signal);
    this.forget();
  }
}

/**
 * All objects that a command has created in the cluster and not yet deleted. Each is entered before its request is sent,
 * so there is no moment in which it could exist without being registered.
 */
export class CreatedObjects {
  readonly #entries = new Set<CreatedObject>();

  /** Registers the object of the next request. `remove` searches for it first, if it is not known to exist. */
  expect(object: MadeObject, remove: (signal: AbortSignal) => Promise<void>): CreatedObject {
    const entry = new CreatedObject(object, remove, (gone) => this.#entries.delete(gone));
    this.#entries.add(entry);
    return entry;
  }

  /** What would be left behind if the program exited now. */
  get remaining(): readonly CreatedObject[] {
    return [...this.#entries];
  }
}
