import { type ContentPool, contentOf, sha256 } from './content.ts';
import { logForm, madeUpBytes } from './made-up.ts';
import {
  bytesOf,
  queryOf,
  type RecordedStep,
  type Recording,
  stepsOf,
  type Summary,
  terminatedAt,
} from './recording.ts';
import { recordedStamps } from './stamps.ts';

/** The recording is too incomplete to be replayed. */
export class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

/** The number of bytes that had arrived at a time. */
export interface Arrival {
  at: number;
  bytes: number;
}

export interface LogScenario {
  /** Arrivals of the followed log. */
  arrivals: Arrival[];
  /** Resolution of the arrival times, if they are summarized. */
  granularity: number;
  /** Time from the request to the response. */
  latency: number;
  /** When the server ended the followed log; undefined if it did not. */
  followClosed: number | undefined;
  /** Bytes of the output in the followed log. */
  followed: number;
  /** Where a later read starts: 0, or the start of the newest file after a rotation. */
  fileStart: number;
  /** The recorded timestamp of each line, if all have one. */
  stamps: string[] | undefined;
}

export interface AttachScenario {
  answered: number;
  /** HTTP status: 101 or a refusal. */
  status: number;
  frames: { at: number; channel: number; data: Buffer }[];
  closed: number;
  code: number;
}

/** A recording as a scenario for replay. Times are those of the recording. */
export interface Scenario {
  name: string;
  /** Wall-clock time of 0, in milliseconds. */
  epoch: number;
  tty: boolean;
  stdin: boolean;
  begin: number;
  /** The complete output, in the log's form. */
  truth: Buffer;
  /** Whether the bytes were not recorded, and others of the same sizes replace them. */
  madeUp: boolean;
  log: LogScenario;
  attaches: AttachScenario[];
  terminated: number | undefined;
  /** When the client detached, if the container never terminated. */
  abandoned: number | undefined;
}

/** Derives a scenario from a recording. Throws NotRecorded if it is incomplete. */
export function scenarioOf(recording: Recording, pool: ContentPool): Scenario {
  const logs = stepsOf(recording, 'log');
  const attaches = stepsOf(recording, 'attach');
  const follow = logs.find((step) => isPlain(step) && queryOf(step).get('follow') === 'true');
  const final = logs.findLast((step) => isPlain(step) && queryOf(step).get('follow') !== 'true');
  if (follow === undefined || final === undefined || attaches.length === 0) {
    throw new NotRecorded('no followed log, final log and attach to compare');
  }
  const raws = attaches.map((step) => attachContents(step, pool));
  const output = wholeOutput(recording, follow, final, raws, pool);
  const query = queryOf(attaches[0] ?? follow);
  const terminated = terminatedAt(recording);
  const byServer = follow.closedBy === 'server';
  return {
    name: recording.name,
    epoch: Date.parse(recording.clock),
    tty: query.get('tty') === 'true',
    stdin: query.get('stdin') === 'true',
    begin: Math.min(...attaches.map((step) => step.at_ms), follow.at_ms),
    truth: output.truth,
    madeUp: output.madeUp,
    log: {
      arrivals: arrivalsOf(follow),
      granularity: follow.response.summary === undefined ? 0 : PROGRESS_STEP,
      latency: Math.max(0, (follow.answered_ms ?? follow.at_ms) - follow.at_ms),
      followClosed: byServer ? follow.closed_ms : undefined,
      followed: output.followed,
      fileStart: output.fileStart,
      stamps: recordedStamps(logs, output.truth),
    },
    attaches: attaches.map((step, index) => attachScenario(step, output.raws[index] ?? new Map())),
    terminated,
    abandoned: terminated === undefined ? (follow.closed_ms ?? follow.at_ms) : undefined,
  };
}

/** Summaries contain the progress about every 200 ms, or less often on a busy machine. */
const PROGRESS_STEP = 300;

function isPlain(step: RecordedStep): boolean {
  const query = queryOf(step);
  return !['timestamps', 'sinceTime', 'sinceSeconds', 'tailLines', 'limitBytes'].some((name) =>
    query.has(name),
  );
}

const STREAMS = { stdout: 1, stderr: 2 } as const;

/** The content of each channel; undefined if it is only summarized and can't be reconstructed. */
function attachContents(step: RecordedStep, pool: ContentPool): Map<number, Buffer | Summary> {
  const contents = new Map<number, Buffer | Summary>();
  const { websocket } = step.response;
  for (const [name, channel] of Object.entries(STREAMS)) {
    const summary = websocket?.summary?.[name as keyof typeof STREAMS];
    if (summary !== undefined) contents.set(channel, contentOf(summary, pool) ?? summary);
    else {
      const frames = (websocket?.frames ?? []).filter(
        (frame) => frame.dir === 'recv' && frame.channel === channel,
      );
      contents.set(channel, Buffer.concat(frames.map((frame) => bytesOf(frame.data))));
    }
  }
  return contents;
}

interface Output {
  truth: Buffer;
  madeUp: boolean;
  followed: number;
  fileStart: number;
  raws: Map<number, Buffer>[];
}

function wholeOutput(
  recording: Recording,
  follow: RecordedStep,
  final: RecordedStep,
  raws: Map<number, Buffer | Summary>[],
  pool: ContentPool,
): Output {
  const followed = logContent(follow, pool);
  const last = logContent(final, pool);
  if (followed === undefined || last === undefined) {
    return madeUpOutput(recording, follow, final, raws);
  }
  const joined = joinFiles(followed, last);
  return {
    ...joined,
    madeUp: false,
    followed: followed.length,
    raws: raws.map((raw) => resolve(raw, joined.truth)),
  };
}

function joinFiles(followed: Buffer, last: Buffer): { truth: Buffer; fileStart: number } {
  if (last.subarray(0, followed.length).equals(followed)) return { truth: last, fileStart: 0 };
  // The log was rotated while it was followed: the newest file contains only the end.
  const begin = followed.length - last.length;
  if (begin >= 0 && followed.subarray(begin).equals(last)) return { truth: followed, fileStart: begin };
  return { truth: Buffer.concat([followed, last]), fileStart: followed.length };
}

function logContent(step: RecordedStep, pool: ContentPool): Buffer | undefined {
  const { body, chunks, summary } = step.response;
  if (summary !== undefined) return contentOf(summary, pool);
  return chunks === undefined ? bytesOf(body) : Buffer.concat(chunks.map((chunk) => bytesOf(chunk.data)));
}

/** Resolves attach contents of which only the checksum is known: they are a suffix or a prefix of the truth. */
function resolve(raw: Map<number, Buffer | Summary>, truth: Buffer): Map<number, Buffer> {
  return new Map(
    [...raw].map(([channel, content]) => {
      if (Buffer.isBuffer(content)) return [channel, content] as const;
      const pieces = [truth.subarray(truth.length - content.bytes), truth.subarray(0, content.bytes)];
      const piece = pieces.find((candidate) => sha256(candidate) === content.sha256);
      if (piece === undefined)
        throw new NotRecorded('what attach brought was not recorded and is no part of the log');
      return [channel, piece] as const;
    }),
  );
}

function madeUpOutput(
  recording: Recording,
  follow: RecordedStep,
  final: RecordedStep,
  raws: Map<number, Buffer | Summary>[],
): Output {
  const [raw] = raws;
  const attached = raw?.get(STREAMS.stdout);
  const summary = final.response.summary;
  const errors = raw?.get(STREAMS.stderr);
  const isSingle =
    raws.length === 1 && (errors === undefined || (Buffer.isBuffer(errors) && errors.length === 0));
  if (!isSingle || attached === undefined || summary === undefined) {
    throw new NotRecorded('the output was not recorded and can not be worked out');
  }
  const endsLine = bytesOf(summary.tail).at(-1) === 0x0a;
  const known = Buffer.isBuffer(attached);
  const length = known ? attached.length : attached.bytes;
  const dropped = recording.join?.attach?.stdout?.crDroppedByLog ?? Math.max(0, length - summary.bytes);
  const returns = known ? length - logForm(attached).length : dropped;
  const lines = summary.lines ?? 0;
  const own = known ? countLines(attached) : (attached.lines ?? 0);
  const missedBytes = summary.bytes - (length - returns);
  if (missedBytes < 0) throw new NotRecorded('the sizes recorded do not add up');
  const missed = madeUpBytes({
    seed: 1,
    bytes: missedBytes,
    newlines: Math.max(0, lines - own),
    returns: 0,
    endsLine: false,
    lineEnds: arrivalsOf(follow).map((arrival) => arrival.bytes),
  });
  const rest = known
    ? attached
    : madeUpBytes({
        seed: 2,
        bytes: attached.bytes,
        newlines: own,
        returns,
        endsLine,
        lineEnds: arrivalsOf(follow).map((arrival) => arrival.bytes - missed.length),
      });
  const truth = Buffer.concat([missed, logForm(rest)]);
  if (truth.length !== summary.bytes) throw new NotRecorded('the sizes recorded do not add up');
  return {
    truth,
    madeUp: true,
    followed: truth.length,
    fileStart: 0,
    raws: [new Map([[STREAMS.stdout, rest]])],
  };
}

function countLines(data: Buffer): number {
  return data.filter((byte) => byte === 0x0a).length;
}

function arrivalsOf(step: RecordedStep): Arrival[] {
  const { chunks, summary } = step.response;
  if (chunks === undefined) return (summary?.progress ?? []).map(([at, bytes]) => ({ at, bytes }));
  let bytes = 0;
  return chunks.map((chunk) => ({ at: chunk.at_ms, bytes: (bytes += bytesOf(chunk.data).length) }));
}

/** Frame size of a summarized stream: a server's read buffer. */
const FRAME = 32 * 1024;

function attachScenario(step: RecordedStep, raw: Map<number, Buffer>): AttachScenario {
  const { status, websocket } = step.response;
  const answered = step.answered_ms ?? step.at_ms;
  if (websocket === undefined) {
    return { answered: step.done_ms ?? answered, status, frames: [], closed: answered, code: 0 };
  }
  const frames = websocket.frames
    .filter((frame) => frame.dir === 'recv' && frame.channel !== undefined)
    .map((frame) => ({ at: frame.at_ms, channel: frame.channel ?? 0, data: bytesOf(frame.data) }));
  for (const [name, channel] of Object.entries(STREAMS)) {
    const summary = websocket.summary?.[name as keyof typeof STREAMS];
    const content = raw.get(channel);
    if (summary === undefined || content === undefined) continue;
    let from = 0;
    for (const [at, bytes] of summary.progress) {
      for (; from < bytes; from = Math.min(bytes, from + FRAME)) {
        frames.push({ at, channel, data: content.subarray(from, Math.min(bytes, from + FRAME)) });
      }
    }
  }
  frames.sort((a, b) => a.at - b.at || a.channel - b.channel);
  return { answered, status, frames, closed: websocket.tcpClosed_ms, code: websocket.closeCode };
}
