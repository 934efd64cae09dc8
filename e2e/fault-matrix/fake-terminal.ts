import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import type { InputStream, OutputStream } from '../../packages/kubectl-dbg/src/model/world.ts';
import { screenDifferences } from '../screen-differences.ts';
import type { BadOutput } from './cell.ts';

/** The user's streams, which may be a terminal, and fail as a cell requires. */
export class UserStreams {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly text = { stdout: '', stderr: '' };
  readonly #screen: xterm.Terminal | undefined;
  readonly #watchers: (() => void)[] = [];
  #all = '';
  #raw = false;

  constructor(isTerminal: boolean, bad: BadOutput | undefined) {
    this.#screen = isTerminal ? new xterm.Terminal({ allowProposedApi: true }) : undefined;
    this.stdin = new PassThrough();
    this.stdout = this.#output('stdout', bad);
    this.stderr = this.#output('stderr', bad);
    if (!isTerminal) return;
    Object.assign(this.stdin, { isTTY: true, setRawMode: (raw: boolean) => (this.#raw = raw) });
    for (const stream of [this.stdout, this.stderr])
      Object.assign(stream, { isTTY: true, columns: 80, rows: 24 });
  }

  /** Resolves when the session's first line has arrived. */
  async streaming(): Promise<void> {
    while (!this.text.stdout.includes('line 1')) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Differences of the terminal from before. */
  async differences(): Promise<string[]> {
    const screen = this.#screen;
    if (screen === undefined) return [];
    await new Promise<void>((resolve) => screen.write('', resolve));
    return [...(this.#raw ? ['raw mode'] : []), ...screenDifferences(screen, this.#all)];
  }

  #output(name: 'stdout' | 'stderr', bad: BadOutput | undefined): OutputStream {
    let written = 0;
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (bad?.stream === name && written + chunk.length > bad.after) {
          done(Object.assign(new Error(`${bad.code}: write`), { code: bad.code, syscall: 'write' }));
          return;
        }
        written += chunk.length;
        this.text[name] += chunk.toString();
        this.#all += chunk.toString();
        this.#screen?.write(chunk);
        for (const wake of this.#watchers.splice(0)) wake();
        done();
      },
    });
    // As for process.stdout: without a listener, an error would terminate the process.
    stream.on('error', () => undefined);
    return stream;
  }
}
