import { Splice, type SpliceOptions } from '../splice/splice.ts';
import type { Scene } from './container-scene.ts';

export interface Outcome {
  stdout: Buffer;
  stderr: Buffer;
  splice: Splice;
  /** When the splice had finished. */
  at: number;
}

/** Later than everything in a scene. */
const LIMIT = 3_600_000;

/** Delay of the status after the container's termination. */
const STATUS_DELAY = 700;

/** Duration of a plain read of the log. */
const CHECK_DELAY = 20;

/** Delay between the container's termination and the end of a followed log. */
const FOLLOW_DELAY = 1000;

/** Feeds a scene to a splice in virtual time and executes its commands. */
export function playScene(scene: Scene, options: SpliceOptions, rotation?: number): Outcome {
  const splice = new Splice(options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const queue: { at: number; call: () => void }[] = [];
  let now = 0;
  const after = (at: number, call: () => void): void => {
    const entry = { at: Math.max(at, now), call };
    let place = queue.length;
    while (place > 0 && (queue[place - 1]?.at ?? 0) > entry.at) place -= 1;
    queue.splice(place, 0, entry);
  };
  let given = 0;
  let position = 0;
  let reading = 0;
  let rotated = false;
  /** The read has reached the end of a file that is no longer the newest. */
  let atCut = false;

  const readLog = (follow: boolean): void => {
    reading += 1;
    rotated ||= atCut;
    const own = reading;
    splice.logOpened(now);
    const isCut = rotation !== undefined && !rotated;
    const next = (): void => {
      if (own !== reading) return;
      const piece = scene.log[given];
      const cutHere = isCut && rotation !== undefined && position >= rotation;
      if (piece === undefined || cutHere || (!follow && piece.at > now)) {
        atCut ||= cutHere;
        const end = Math.max(follow ? scene.ended + FOLLOW_DELAY : now, scene.log[given - 1]?.at ?? 0);
        after(end, () => {
          if (own !== reading) return;
          rotated ||= cutHere;
          splice.logEnded(true, now);
        });
        return;
      }
      after(piece.at, () => {
        if (own !== reading) return;
        given += 1;
        position += piece.data.length;
        const gapBefore = rotated && isFirst;
        isFirst = false;
        splice.logData(piece.data, now, gapBefore);
        next();
      });
    };
    let isFirst = true;
    next();
  };
  /** The container has terminated: its log has all its output, however late the follower is. */
  const checkLog = (): void => {
    const answer = given === scene.log.length;
    after(now + CHECK_DELAY, () => splice.logChecked(answer, now));
  };
  const readTail = (entries: number): void => {
    const tail = Buffer.concat(scene.log.slice(-entries).map((piece) => piece.data));
    after(now + CHECK_DELAY, () => splice.logTail(tail, now));
  };
  // Data of attach is queued while the splice doesn't want it.
  const waiting: (() => void)[] = [];
  const readAttach = (): void => {
    for (; waiting.length > 0 && splice.wantsAttach; waiting.shift()?.());
  };
  const onAttach = (at: number, call: () => void): void => {
    after(at, () => {
      waiting.push(call);
      readAttach();
    });
  };
  for (const attach of scene.attaches) {
    onAttach(attach.opened, () => splice.attachOpened(now));
    for (const frame of attach.frames) {
      onAttach(frame.at, () => splice.attachData(frame.channel, frame.data, now));
    }
    onAttach(attach.ended, () => splice.attachEnded(attach.clean, now));
  }
  after(scene.ended + STATUS_DELAY, () => splice.terminated(now));

  const executePlan = (): void => {
    for (const command of splice.take()) {
      if (command.do === 'write') (command.stream === 'stdout' ? out : err).push(Buffer.from(command.data));
      else if (command.do === 'open-log') readLog(command.follow);
      else if (command.do === 'close-log') reading += 1;
      else if (command.do === 'check-log') checkLog();
      else if (command.do === 'read-log-tail') readTail(command.entries);
    }
  };
  executePlan();
  while (!splice.finished) {
    const next = queue[0];
    const deadline = splice.deadline();
    if (now > LIMIT) throw new Error(`the splice never finished: its clock runs on past ${now} ms`);
    if (deadline !== undefined && (next === undefined || deadline < next.at)) {
      now = deadline;
      splice.tick(now);
    } else if (next === undefined) {
      throw new Error(`the splice never finished: nothing happens after ${now} ms`);
    } else {
      queue.shift();
      now = next.at;
      next.call();
    }
    readAttach();
    executePlan();
  }
  return { stdout: Buffer.concat(out), stderr: Buffer.concat(err), splice, at: now };
}
