import { LOG_PIECE } from '../thresholds.ts';

/** What a process writes. */
export interface Write {
  at: number;
  channel: 1 | 2;
  data: Buffer;
}

/** How the node and the network forward it. */
export interface Passage {
  /** Bytes of the output that were written before attach began, and the time of the response; undefined: no attach. */
  attach: { missed: number; opened: number } | undefined;
  /** Delays of the pieces of the log and of attach, used in turn. Order is preserved. */
  logDelays: readonly number[];
  attachDelays: readonly number[];
  /** Frame sizes of attach, used in turn. */
  frames: readonly number[];
  /** Bytes of the log after which it is rotated before the reader has seen more; undefined: never. */
  rotation: number | undefined;
  /** Attach's connection breaks at this time, and is reopened after this delay (or never). */
  cut: { at: number; again: number | undefined } | undefined;
}

/** What a client sees, on one clock. */
export interface Scene {
  /** The complete output, in the log's form. */
  truth: Buffer;
  log: { at: number; data: Buffer }[];
  attaches: {
    opened: number;
    frames: { at: number; channel: number; data: Buffer }[];
    ended: number;
    clean: boolean;
  }[];
  ended: number;
}

/** How long after its response an attach may begin, in ms: 10 were seen, and the splice assumes less than 250. */
const LATEST_BEGIN = 100;

/** Maximum of frames per write: more would only take time. */
const MAX_FRAMES = 20;

/** Simulates a process on a node that behaves like containerd and the kubelet. */
export function sceneOf(writes: readonly Write[], end: number, passage: Passage): Scene {
  const log = logOf(writes, end, passage.logDelays);
  return {
    truth: Buffer.concat(log.map((piece) => piece.data)),
    log,
    attaches: attachesOf(writes, end, passage),
    ended: end,
  };
}

/** Finished lines, long ones in pieces, with one carriage return dropped before each newline. */
function logOf(writes: readonly Write[], end: number, delays: readonly number[]): Scene['log'] {
  const open = new Map<number, Buffer>();
  const pieces: Scene['log'] = [];
  let last = 0;
  const add = (at: number, data: Buffer): void => {
    last = Math.max(last, at + (delays[pieces.length % delays.length] ?? 0));
    const returns = data.length >= 2 && data.at(-1) === 0x0a && data.at(-2) === 0x0d;
    pieces.push({
      at: last,
      data: returns ? Buffer.concat([data.subarray(0, -2), Buffer.of(0x0a)]) : data,
    });
  };
  for (const write of writes) {
    let data = Buffer.concat([open.get(write.channel) ?? Buffer.alloc(0), write.data]);
    while (true) {
      const newline = data.indexOf(0x0a);
      // A finished line that exactly fills a piece is kept together with its newline.
      const length =
        newline !== -1 && newline <= LOG_PIECE ? newline + 1 : data.length > LOG_PIECE ? LOG_PIECE : 0;
      if (length === 0) break;
      add(write.at, data.subarray(0, length));
      data = data.subarray(length);
    }
    open.set(write.channel, data);
  }
  for (const data of open.values()) if (data.length > 0) add(end, data);
  return pieces;
}

function attachesOf(writes: readonly Write[], end: number, passage: Passage): Scene['attaches'] {
  if (passage.attach === undefined) return [];
  const { cut } = passage;
  const { opened } = passage.attach;
  // An attach with a response this long ago has begun: it has everything written from then on.
  const early = writes.filter(({ at }) => at <= opened + LATEST_BEGIN);
  const missed = Math.min(
    passage.attach.missed,
    early.reduce((sum, { data }) => sum + data.length, 0),
  );
  const first = framesOf(writes, missed, passage);
  if (cut === undefined) {
    const ended = Math.max(opened, end + 5, first.at(-1)?.at ?? 0);
    return [{ opened, frames: first.map((frame) => late(frame, opened)), ended, clean: true }];
  }
  const broken = Math.max(cut.at, opened);
  const attaches: Scene['attaches'] = [
    {
      opened,
      frames: first.map((frame) => late(frame, opened)).filter((frame) => frame.at <= broken),
      ended: broken,
      clean: false,
    },
  ];
  if (cut.again === undefined) return attaches;
  const again = broken + cut.again;
  const before = writes
    .filter((write) => write.at <= again)
    .reduce((sum, write) => sum + write.data.length, 0);
  const second = framesOf(writes, before, passage).map((frame) => late(frame, again));
  const ended = Math.max(again, end + 5, second.at(-1)?.at ?? 0);
  return [...attaches, { opened: again, frames: second, ended, clean: true }];
}

function late<T extends { at: number }>(frame: T, opened: number): T {
  return { ...frame, at: Math.max(frame.at, opened) };
}

function framesOf(
  writes: readonly Write[],
  missed: number,
  passage: Passage,
): { at: number; channel: number; data: Buffer }[] {
  const frames: { at: number; channel: number; data: Buffer }[] = [];
  let skip = missed;
  let last = 0;
  for (const write of writes) {
    const from = Math.min(skip, write.data.length);
    skip -= from;
    for (let at = from; at < write.data.length;) {
      const wanted = passage.frames[frames.length % passage.frames.length] ?? 1;
      const size = Math.max(wanted, Math.ceil(write.data.length / MAX_FRAMES));
      const delay = passage.attachDelays[frames.length % passage.attachDelays.length] ?? 0;
      last = Math.max(last, write.at + delay);
      frames.push({ at: last, channel: write.channel, data: write.data.subarray(at, at + size) });
      at += size;
    }
  }
  return frames;
}
