import { closeSync, fdatasyncSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { is } from 'valibot';
import { makeDirectory } from '../../base/make-directory.ts';
import { openPrivateFile } from '../../base/private-file.ts';
import { readFileAtOnce } from '../../base/read-file.ts';
import { DbgError } from '../../model/failure.ts';
import type { TargetResult } from '../../model/report.ts';
import { resultSchema, runSchema, startSchema } from '../../report/schemas.ts';

/** One line of a journal. */
export type JournalEntry =
  | {
      event: 'run';
      run: string;
      question: string;
      started: string;
      command: readonly string[];
      image: string;
    }
  | { event: 'start'; uid: string; container: string; namespace: string; pod: string }
  | { event: 'result'; result: TargetResult };

/** The name of a journal in its directory. */
export const JOURNAL = 'journal.ndjson';

/** Lines are synced to disk within this time (ms), so a power failure loses little. */
const SYNC_MS = 500;

/** A hash of what a run executes: command, image and profile. Results of a different run are not resumed. */
export function questionOf(parts: { command: readonly string[]; image: string; profile: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([parts.command, parts.image, parts.profile]))
    .digest('hex')
    .slice(0, 16);
}

/** Key of a target, in every run of the same cluster. */
export function journalKey({ uid, container }: { uid: string; container: string }): string {
  return `${uid} ${container}`;
}

/** An append-only file of events: one JSON object per line (NDJSON). */
export class Journal {
  readonly #directory: string;
  readonly #descriptor: number;
  readonly #onFailure: (error: DbgError) => void;
  #hasFailed = false;
  #dirtySince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Opens or creates the journal of a directory. Throws DbgError if that fails.
   *
   * @param onFailure called once if something can't be written later; nothing is written after that
   */
  constructor(directory: string, onFailure: (error: DbgError) => void) {
    this.#directory = directory;
    this.#onFailure = onFailure;
    try {
      makeDirectory(directory);
      this.#descriptor = openPrivateFile(join(directory, JOURNAL), 'append');
    } catch (error) {
      throw unwritable(directory, error);
    }
  }

  append(entry: JournalEntry): void {
    this.#try(() => {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      // An almost full disk accepts a part; the rest then fails.
      for (let at = 0; at < line.length;) at += writeSync(this.#descriptor, line, at);
    });
    this.#dirtySince ??= Date.now();
    this.#timer ??= setTimeout(() => this.#sync(), SYNC_MS);
  }

  close(): void {
    this.#sync();
    closeSync(this.#descriptor);
  }

  #try(write: () => void): void {
    if (this.#hasFailed) return;
    try {
      write();
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailure(unwritable(this.#directory, error));
    }
  }

  #sync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#dirtySince === undefined) return;
    this.#dirtySince = undefined;
    this.#try(() => fdatasyncSync(this.#descriptor));
  }
}

function unwritable(directory: string, error: unknown): DbgError<'JournalUnwritable'> {
  const why = (error as Error).message;
  return new DbgError('usage', 'JournalUnwritable', `cannot write to ${directory}: ${why}`, {
    directory,
    why,
  });
}

/** The state that an earlier run left. */
export interface EarlierRun {
  run: string;
  question: string;
  started: string;
  command: readonly string[];
  image: string;
  /** The newest result of each target. */
  results: Map<string, TargetResult>;
  /** Started, but without a result: their debug containers may exist. */
  inFlight: Map<string, { namespace: string; pod: string; container: string }>;
}

/** Larger than the journal of 10,000 targets with their outputs. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a journal. A truncated line is legal, and foreign lines are ignored: those targets are run again. Undefined if
 * the directory has none. Throws DbgError (usage).
 */
export function readJournal(directory: string): EarlierRun | undefined {
  let text: string;
  try {
    text = readFileAtOnce(join(directory, JOURNAL), MAX_BYTES).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const [file, why] = [join(directory, JOURNAL), (error as Error).message];
    throw new DbgError('usage', 'JournalUnreadable', `cannot read ${file}: ${why}`, { file, why });
  }
  const earlier: EarlierRun = {
    run: '',
    question: '',
    started: '',
    command: [],
    image: '',
    results: new Map(),
    inFlight: new Map(),
  };
  for (const line of text.split('\n')) {
    const entry = parseEntry(line);
    if (entry?.event === 'run') {
      earlier.run ||= entry.run;
      earlier.question = entry.question;
      earlier.started ||= entry.started;
      earlier.command = entry.command;
      earlier.image = entry.image;
    } else if (entry?.event === 'start') {
      const { namespace, pod, container } = entry;
      earlier.inFlight.set(journalKey(entry), { namespace, pod, container });
    } else if (entry?.event === 'result') {
      const key = journalKey(entry.result);
      earlier.inFlight.delete(key);
      earlier.results.set(key, entry.result);
    }
  }
  return earlier.run === '' ? undefined : earlier;
}

function parseEntry(line: string): JournalEntry | undefined {
  if (line === '') return undefined;
  let entry: JournalEntry | null;
  try {
    entry = JSON.parse(line) as JournalEntry | null;
  } catch {
    return undefined;
  }
  switch (entry?.event) {
    case 'run':
      return is(runSchema, entry) ? entry : undefined;
    case 'start':
      return is(startSchema, entry) ? entry : undefined;
    case 'result':
      return is(resultSchema, entry.result) ? entry : undefined;
    default:
      return undefined;
  }
}
