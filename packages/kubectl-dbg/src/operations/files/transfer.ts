import { PassThrough, Writable } from 'node:stream';
import { BytePipe } from '../../base/byte-pipe.ts';
import { readLine } from '../../base/read-line.ts';
import type { Cluster } from '../../cluster/index.ts';
import { DbgError } from '../../model/failure.ts';
import type { CopyWay } from '../../model/failures/files.ts';
import type { CopyFilesOptions, CopySettings } from './copy-options.ts';
import { runDirect } from './run-direct.ts';
import { runInside } from './run-inside.ts';
import { endOfOutcome, type ScriptEnd, startFailure } from './script-end.ts';
import { isFinal, isUnfit, unfitness } from './unfitness.ts';

const START_TIMEOUT_MS = 5 * 60_000;

/**
 * Buffer between the two sides. Data is sent in pieces of this size, of which only one is buffered; pieces are not
 * concatenated.
 */
const RECEIVED_BUFFER = 1024 * 1024;
const SENT_BUFFER = 256 * 1024;

/** Maximum of stderr lines from the container that are kept for an error message. */
const MAX_LINES = 20;
const TOLD_LINES = 3;

/** The first line of the script, and its streams. */
export interface Answer {
  kind: string;
  facts: readonly string[];
  rest: AsyncIterable<Uint8Array>;
  /** To be ended by the sender, if it sends. */
  stdin?: Writable;
  way: CopyWay;
  /** To be called with the path of the partial file that is kept if the copy fails; the next copy resumes from it. */
  readonly kept: (path: string) => void;
}

export interface Transfer {
  cluster: Cluster;
  options: CopyFilesOptions;
  settings: CopySettings;
  path: string;
  /** Completes "could not". */
  what: string;
  /** Whether data is sent to the script. */
  sends: boolean;
  /** Does our side of the work, to its end. */
  work(answer: Answer): Promise<void>;
}

/**
 * Runs one side in the container and the other here, in the first way that works; returns that way. The first failure
 * stops both.
 */
export async function transfer(words: readonly string[], job: Transfer): Promise<CopyWay> {
  const { via = 'auto', owner } = job.options;
  // Only root may change the owner of a file.
  if (via === 'exec' || (via === 'auto' && owner === undefined)) {
    const unfit = await attempt('exec', words, job);
    if (unfit === undefined) return 'exec';
    if (via === 'exec' || isFinal(unfit)) throw unfit;
  }
  const unfit = await attempt('debug', words, job);
  if (unfit !== undefined) throw unfit;
  return 'debug';
}

/** Tries one way; returns why it does not work, if so: then nothing was sent or written. */
async function attempt(way: CopyWay, words: readonly string[], job: Transfer): Promise<DbgError | undefined> {
  const { cluster, options, settings, sends, path } = job;
  const { signal: outer = new AbortController().signal } = settings;
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  const stdout = new BytePipe(RECEIVED_BUFFER);
  const stdin = sends ? new PassThrough({ highWaterMark: SENT_BUFFER }) : undefined;
  const said = new Lines(settings.onWords);
  let failure: unknown;
  let unfit: DbgError | undefined;
  let answered = false;
  let partial: string | undefined;
  const kept = (place: string): void => {
    partial = place;
    settings.onPartial?.(place);
  };
  const work = async (): Promise<void> => {
    const { line, rest } = await readLine(stdout);
    answered = line !== '';
    const [kind = '', ...facts] = line.split(' ');
    unfit = unfitness(kind, facts, { path, way });
    if (!answered || unfit !== undefined) {
      stdin?.end();
      stdout.discard();
      return;
    }
    await job.work({ kind, facts, rest, way, kept, ...(stdin === undefined ? {} : { stdin }) });
  };
  const working = work().catch((error: unknown) => {
    failure = error;
    failed.abort(error);
    stdout.destroy();
  });
  const streams = { cluster, stdout, stderr: said.stream, signal, ...(stdin === undefined ? {} : { stdin }) };
  let end: ScriptEnd;
  try {
    if (way === 'exec') end = await runDirect(words, { ...streams, ...options });
    else {
      const { startTimeout = START_TIMEOUT_MS, created, on = ignore } = settings;
      const debug = { ...debugOptionsOf(options), enter: 'root' as const };
      end = endOfOutcome((await runInside(words, { ...streams, debug, startTimeout, created, on })).outcome);
    }
  } catch (error) {
    outer.throwIfAborted();
    // The debug container would be refused as well, or is not needed to know that.
    if (way === 'exec' && failure === undefined && isUnfit(error)) return error;
    throw failure ?? error;
  } finally {
    stdout.end();
    stdin?.destroy();
    await working;
  }
  outer.throwIfAborted();
  if (unfit !== undefined) return unfit;
  if (end.kind === 'exited' && end.code === 0 && answered) {
    if (failure !== undefined) throw failure;
    return undefined;
  }
  if (!answered && way === 'exec' && end.kind === 'exited')
    return unfitness('lacking', ['sh'], { path, way });
  if (failure instanceof DbgError && (failure.is('LocalPathUnwritable') || isOurs(failure))) throw failure;
  throw brokeOff(end, said.reason, failure, partial, job);
}

/** Error messages for a full disk; the scripts delete what they have written then. */
const NO_SPACE = /No space left on device|Disk quota exceeded|File too large/i;

/** Not a consequence of a failure on the other side. */
function isOurs({ kind }: DbgError): boolean {
  return kind !== 'lost' && kind !== 'protocol';
}

function debugOptionsOf({ target, targetContainer, image, profile, runAs }: CopyFilesOptions) {
  return {
    target,
    ...(targetContainer === undefined ? {} : { targetContainer }),
    ...(image === undefined ? {} : { image }),
    ...(profile === undefined ? {} : { profile }),
    ...(runAs === undefined ? {} : { runAs }),
  };
}

function brokeOff(
  end: ScriptEnd,
  reason: string,
  cause: unknown,
  kept: string | undefined,
  { what, path, sends }: Transfer,
): DbgError {
  const unstarted = startFailure(end, what);
  if (unstarted !== undefined) return unstarted;
  const full = sends && end.kind === 'exited' ? NO_SPACE.exec(reason)?.[0] : undefined;
  if (full !== undefined) {
    const words = `could not ${what}: ${full.toLowerCase()}`;
    return new DbgError('lost', 'RemoteSpaceMissing', words, { path, why: full }, { cause });
  }
  const last = reason !== '' ? reason : 'message' in end ? end.message : `exit code ${end.code}`;
  const failure = 'failure' in end ? { failure: end.failure } : {};
  const facts = { path, ...(kept === undefined ? {} : { kept }), ...failure };
  return new DbgError('lost', 'CopyBrokeOff', `could not ${what}: ${last}`, facts, { cause });
}

/** Lines of stderr in the container. */
class Lines {
  readonly #lines: string[] = [];
  readonly stream: Writable;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        for (const line of chunk.toString('utf8').split('\n')) {
          if (line === '') continue;
          if (this.#lines.length < MAX_LINES) this.#lines.push(line);
          onLine?.(line);
        }
        done();
      },
    });
  }

  /** The most useful part, in one line. */
  get reason(): string {
    return this.#lines
      .map((line) => line.trim())
      .filter((line) => !/^(?:[a-z]+:)?$/.test(line))
      .slice(0, TOLD_LINES)
      .join('; ');
  }
}

function ignore(): void {
  // nobody listens
}
