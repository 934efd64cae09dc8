import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { TerminalSize } from 'kubectl-dbg-wire';
import type { ProcessEnd, RemoteProcess, StreamOptions } from '../../cri/remote-process.ts';
import type { StreamedChild } from './child-process.ts';
import type { RuncNode } from './node/runc-node.ts';
import { execErrorMessage, type IsDirectory } from '../../cri/error-words.ts';
import { lastError, runcArgv, type RuncContext, waitForPidFile } from './runc-command.ts';
import { spawnChild } from './spawn-child.ts';

const EXEC_ID_BYTES = 32;

/**
 * Starts a command in a running container by `runc exec`.
 *
 * The streams exist at once, as on a real node, where the connection is established before the process starts. After a
 * detach the process keeps running, and its output is discarded so that it does not block.
 */
export function execProcess(
  context: RuncContext,
  node: RuncNode,
  directory: string,
  containerId: string,
  command: readonly string[],
  streams: StreamOptions,
  isDirectory: IsDirectory,
): RemoteProcess {
  const exec = new RuncExec(streams, isDirectory);
  const ended = exec.run(context, node, directory, containerId, command);
  // After a detach nobody handles this rejection.
  ended.catch(() => {});
  return {
    ...(streams.stdin ? { stdin: exec.stdin } : {}),
    ...(exec.stdout === undefined ? {} : { stdout: exec.stdout }),
    ...(exec.stderr === undefined ? {} : { stderr: exec.stderr }),
    resize: (size) => exec.resize(size),
    ended,
    detach: () => exec.detach(),
  };
}

class RuncExec {
  readonly stdin: Writable;
  readonly stdout: PassThrough | undefined;
  readonly stderr: PassThrough | undefined;
  readonly #streams: StreamOptions;
  readonly #isDirectory: IsDirectory;
  #child: StreamedChild | undefined;
  #size: TerminalSize | undefined;
  #detached = false;
  /** Input from before the process was started. */
  #whenStarted: (() => void)[] = [];

  constructor(streams: StreamOptions, isDirectory: IsDirectory) {
    this.#streams = streams;
    this.#isDirectory = isDirectory;
    this.stdout = streams.stdout ? new PassThrough() : undefined;
    this.stderr = streams.stderr && !streams.tty ? new PassThrough() : undefined;
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#started(() => {
          const target = this.#child?.stdin;
          if (target === undefined || target.destroyed || target.writableEnded) done();
          else target.write(chunk, () => done());
        });
      },
      final: (done) => {
        this.#started(() => {
          this.#child?.stdin?.end();
          done();
        });
      },
    });
    this.stdin.on('error', () => {});
  }

  async run(
    context: RuncContext,
    node: RuncNode,
    directory: string,
    containerId: string,
    command: readonly string[],
  ): Promise<ProcessEnd> {
    const id = randomBytes(EXEC_ID_BYTES).toString('hex');
    if (command.length === 0) {
      this.#endStreams();
      throw new Error(execErrorMessage(id, 'args must not be empty', this.#isDirectory));
    }
    const pidFile = join(directory, `exec-${id}.pid`);
    const logPath = join(directory, `exec-${id}.log`);
    const options = this.#streams.tty ? ['-t', '-e', 'TERM=xterm'] : [];
    const argv = runcArgv(
      context,
      logPath,
      'exec',
      '--pid-file',
      pidFile,
      ...options,
      containerId,
      ...command,
    );
    try {
      const child = await spawnChild(node.enter(argv), {
        tty: this.#streams.tty,
        stdin: this.#streams.stdin,
        env: context.env,
      });
      this.#child = child;
      const pid = await waitForPidFile(pidFile, child.ended);
      if (pid === undefined) {
        await child.ended;
        const words = lastError(logPath) ?? 'runc ended without a word';
        throw new Error(execErrorMessage(id, words, this.#isDirectory));
      }
      this.#connect(child);
      const exitCode = await child.ended;
      return { exitCode };
    } finally {
      this.#endStreams();
      rmSync(pidFile, { force: true });
      rmSync(logPath, { force: true });
    }
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#child?.resize(size);
  }

  detach(): void {
    this.#detached = true;
    this.stdout?.destroy();
    this.stderr?.destroy();
    this.#child?.resume();
    this.#started(() => this.#child?.stdin?.end());
  }

  #connect(child: StreamedChild): void {
    if (this.#size !== undefined) child.resize(this.#size);
    // Chunks still arrive after the child is paused: add only one drain listener per stream.
    const full = new Set<PassThrough>();
    child.onOutput((stream, chunk) => {
      const target = this[stream];
      if (this.#detached || target === undefined || target.destroyed) return;
      if (target.write(chunk) || full.has(target)) return;
      full.add(target);
      child.pause();
      target.once('drain', () => {
        full.delete(target);
        if (full.size === 0) child.resume();
      });
    });
    const waiting = this.#whenStarted;
    this.#whenStarted = [];
    for (const action of waiting) action();
  }

  #started(action: () => void): void {
    if (this.#child === undefined || this.#whenStarted.length > 0) this.#whenStarted.push(action);
    else action();
  }

  #endStreams(): void {
    this.stdout?.end();
    this.stderr?.end();
    const waiting = this.#whenStarted;
    this.#whenStarted = [];
    for (const action of waiting) action();
  }
}
