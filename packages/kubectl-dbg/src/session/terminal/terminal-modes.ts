/** Modes that a program may leave on, and the sequences that reset them. Source: xterm, "Control Sequences"; ECMA-48. */
const PRIVATE_MODES: ReadonlyMap<number, { usual: boolean; reset: string }> = new Map([
  [1, { usual: false, reset: '\x1b[?1l' }], // application cursor keys
  [5, { usual: false, reset: '\x1b[?5l' }], // reverse video
  [6, { usual: false, reset: '\x1b[?6l' }], // origin mode
  [7, { usual: true, reset: '\x1b[?7h' }], // line wrap
  [9, { usual: false, reset: '\x1b[?9l' }], // mouse, X10
  [66, { usual: false, reset: '\x1b>' }], // application keypad
  [1000, { usual: false, reset: '\x1b[?1000l' }], // mouse: buttons
  [1002, { usual: false, reset: '\x1b[?1002l' }], // mouse: drags
  [1003, { usual: false, reset: '\x1b[?1003l' }], // mouse: all motion
  [1004, { usual: false, reset: '\x1b[?1004l' }], // focus
  [1005, { usual: false, reset: '\x1b[?1005l' }], // mouse encodings
  [1006, { usual: false, reset: '\x1b[?1006l' }],
  [1015, { usual: false, reset: '\x1b[?1015l' }],
  [1016, { usual: false, reset: '\x1b[?1016l' }],
  [2004, { usual: false, reset: '\x1b[?2004l' }], // bracketed paste
  [2026, { usual: false, reset: '\x1b[?2026l' }], // synchronised update
  // The screen last, then the cursor, which both screens share.
  [47, { usual: false, reset: '\x1b[?47l' }],
  [1047, { usual: false, reset: '\x1b[?1047l' }],
  [1049, { usual: false, reset: '\x1b[?1049l' }],
  [25, { usual: true, reset: '\x1b[?25h' }], // cursor visible
]);

/** Longer control sequences are not among these. */
const MAX_PARAMETERS = 64;

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;

type State = 'ground' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string-escape';

/**
 * Tracks the terminal modes that a program's output sets, so that they can be reset when the program has exited without
 * doing so. Only sequences for modes are parsed.
 */
export class TerminalModes {
  #state: State = 'ground';
  #parameters = '';
  #intermediate = '';
  /** Modes that are not at their default. */
  readonly #changed = new Set<number>();
  #styled = false;
  #lineDrawing = false;
  #scrollRegion = false;
  #keyboardLevels = 0;

  /** Whether a sequence is unfinished: nothing may be written into it. */
  get midSequence(): boolean {
    return this.#state !== 'ground';
  }

  note(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#state === 'ground') {
        at = bytes.indexOf(ESC, at);
        if (at < 0) return;
        this.#state = 'escape';
      } else this.#step(bytes[at] ?? 0);
    }
  }

  /** The sequences that reset the terminal: empty if all modes have their defaults. */
  undo(): string {
    let undo = '';
    // An unfinished string would swallow everything that follows.
    if (this.#state === 'string' || this.#state === 'string-escape') undo += '\x1b\\';
    else if (this.#state !== 'ground') undo += '\x18';
    if (this.#keyboardLevels > 0) undo += `\x1b[<${this.#keyboardLevels}u`;
    if (this.#scrollRegion) undo += '\x1b[r';
    for (const [mode, { reset }] of PRIVATE_MODES) if (this.#changed.has(mode)) undo += reset;
    if (this.#lineDrawing) undo += '\x1b(B';
    if (this.#styled) undo += '\x1b[0m';
    this.#reset();
    this.#state = 'ground';
    return undo;
  }

  #step(byte: number): void {
    if (byte === CAN || byte === SUB) this.#state = 'ground';
    else if (this.#state === 'string') {
      if (byte === BEL) this.#state = 'ground';
      else if (byte === ESC) this.#state = 'string-escape';
    } else if (byte === ESC) this.#state = 'escape';
    else if (this.#state === 'string-escape') {
      this.#state = 'ground';
      if (byte !== 0x5c) this.#escape(byte);
    } else if (this.#state === 'escape') this.#escape(byte);
    else if (this.#state === 'intermediate') this.#afterIntermediate(byte);
    else if (this.#state === 'csi') this.#csi(byte);
  }

  #escape(byte: number): void {
    const character = String.fromCharCode(byte);
    this.#state = 'ground';
    if (character === '[') {
      this.#state = 'csi';
      this.#parameters = '';
    } else if (']PX^_'.includes(character)) this.#state = 'string';
    else if (byte >= 0x20 && byte <= 0x2f) {
      this.#state = 'intermediate';
      this.#intermediate = character;
    } else if (character === '=') this.#set(66, true);
    else if (character === '>') this.#set(66, false);
    else if (character === 'c') this.#reset();
  }

  #afterIntermediate(byte: number): void {
    if (byte >= 0x20 && byte <= 0x2f) return;
    if (this.#intermediate === '(') this.#lineDrawing = byte === 0x30;
    this.#state = 'ground';
  }

  #csi(byte: number): void {
    if (byte < 0x20) return;
    if (byte < 0x40) {
      if (this.#parameters.length < MAX_PARAMETERS) this.#parameters += String.fromCharCode(byte);
      return;
    }
    this.#state = 'ground';
    if (this.#parameters.length < MAX_PARAMETERS) this.#apply(this.#parameters, String.fromCharCode(byte));
  }

  #apply(parameters: string, final: string): void {
    if (/^\?[\d;]*$/.test(parameters) && (final === 'h' || final === 'l')) {
      for (const mode of parameters.slice(1).split(';')) this.#set(Number(mode), final === 'h');
    } else if (final === 'm' && /^[\d;:]*$/.test(parameters)) {
      this.#styled = !/^(0*|.*;0*)$/.test(parameters);
    } else if (final === 'r' && /^[\d;]*$/.test(parameters)) this.#scrollRegion = parameters !== '';
    else if (final === 'p' && parameters === '!') this.#reset();
    else if (final === 'u') this.#keyboard(parameters);
  }

  /** kitty's keyboard protocol: a stack of levels. */
  #keyboard(parameters: string): void {
    if (parameters.startsWith('>')) this.#keyboardLevels = Math.min(this.#keyboardLevels + 1, 16);
    else if (parameters.startsWith('<')) {
      this.#keyboardLevels = Math.max(0, this.#keyboardLevels - (Number(parameters.slice(1)) || 1));
    }
  }

  #set(mode: number, on: boolean): void {
    const known = PRIVATE_MODES.get(mode);
    if (known === undefined) return;
    if (on === known.usual) this.#changed.delete(mode);
    else this.#changed.add(mode);
  }

  #reset(): void {
    this.#changed.clear();
    this.#styled = this.#lineDrawing = this.#scrollRegion = false;
    this.#keyboardLevels = 0;
  }
}
