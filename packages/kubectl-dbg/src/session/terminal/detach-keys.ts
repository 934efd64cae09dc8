/** Result for typed bytes: those to send, and whether the detach sequence was completed. */
export interface Typed {
  send: Uint8Array;
  detached: boolean;
}

/**
 * Parses a key sequence such as `ctrl-p,ctrl-q` (docker's notation) into bytes.
 *
 * @returns undefined if it is malformed; no bytes for the empty text, which disables detaching
 */
export function parseDetachKeys(text: string): Uint8Array | undefined {
  if (text === '') return new Uint8Array(0);
  const bytes: number[] = [];
  for (const key of text.split(',')) {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1];
    if (control !== undefined) bytes.push(control.toUpperCase().charCodeAt(0) & 0x1f);
    else if (/^[\x21-\x7e]$/.test(key)) bytes.push(key.charCodeAt(0));
    else return undefined;
  }
  return Uint8Array.from(bytes);
}

/** Searches typed bytes for the detach sequence. Bytes that may begin it are held back until the next key decides. */
export class DetachKeys {
  readonly #sequence: Uint8Array;
  /** Bytes held back: always a prefix of the sequence. */
  #held: number[] = [];

  constructor(sequence: Uint8Array) {
    this.#sequence = sequence;
  }

  type(bytes: Uint8Array): Typed {
    if (this.#sequence.length === 0) return { send: bytes, detached: false };
    const send: number[] = [];
    for (const byte of bytes) {
      this.#held.push(byte);
      while (!this.#heldBeginsSequence()) send.push(this.#held.shift() ?? 0);
      if (this.#held.length === this.#sequence.length) {
        this.#held = [];
        return { send: Uint8Array.from(send), detached: true };
      }
    }
    return { send: Uint8Array.from(send), detached: false };
  }

  #heldBeginsSequence(): boolean {
    return this.#held.every((byte, index) => byte === this.#sequence[index]);
  }
}
