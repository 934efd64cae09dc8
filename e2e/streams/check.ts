import { logForm } from './made-up.ts';
import { isReadInTurn } from '../../packages/kubectl-dbg/src/session/stream/testing/read-in-turn.ts';
import type { Played } from './play.ts';
import type { Scenario } from './scenario.ts';

/** The verdict on one stream: a failure, or a remark. */
export interface Verdict {
  failure: string | undefined;
  remark: string | undefined;
}

/** Compares the delivered bytes with the truth: each byte once and in order, or a reported loss. */
export function check(scenario: Scenario, played: Played): Verdict {
  const failure = checkOutput(scenario, played) ?? checkLatency(scenario, played);
  const remarks = [
    ...(scenario.madeUp ? ['bytes made up in the recorded sizes'] : []),
    ...played.report.gaps.map((gap) => `${gap.bytes} bytes missing at ${gap.at}, reported: ${gap.reason}`),
  ];
  return { failure, remark: remarks.length === 0 ? undefined : remarks.join('; ') };
}

function checkOutput(scenario: Scenario, { report, writes }: Played): string | undefined {
  const stdout = joined(writes, 'stdout');
  const stderr = joined(writes, 'stderr');
  if (report.repeated > 0) return `${report.repeated} bytes repeated`;
  if (report.stdout !== stdout.length || report.stderr !== stderr.length) {
    return 'the report counts other bytes than were written';
  }
  const expected = withoutGaps(scenario.truth, report.gaps, logForm(stdout).length + logForm(stderr).length);
  if (typeof expected === 'string') return expected;
  const difference =
    stderr.length === 0
      ? firstDifference(comparable(stdout), comparable(expected))
      : isReadInTurn(expected, logForm(stdout), logForm(stderr))
        ? undefined
        : 'stdout and stderr together are not what the log has';
  return (
    difference ??
    checkChannels(scenario, stdout, stderr, report.fromLog) ??
    checkReturns(scenario, stdout, report.fromLog)
  );
}

/** Without carriage returns before newlines, because the log has already lost one of them. */
function comparable(data: Buffer): Buffer {
  return Buffer.from(data.toString('latin1').replaceAll(/\r+\n/g, '\n'), 'latin1');
}

function joined(writes: Played['writes'], stream: 'stdout' | 'stderr'): Buffer {
  return Buffer.concat(writes.filter((write) => write.stream === stream).map((write) => write.data));
}

/** The truth without the gaps in the report. */
function withoutGaps(truth: Buffer, gaps: Played['report']['gaps'], length: number): Buffer | string {
  const parts: Buffer[] = [];
  let at = 0;
  for (const gap of gaps) {
    const bytes = gap.bytes === 'unknown' ? truth.length - length : gap.bytes;
    if (bytes < 0) return `more bytes came out than there were (${length} of ${truth.length})`;
    parts.push(truth.subarray(at, gap.at));
    at = gap.at + bytes;
  }
  return Buffer.concat([...parts, truth.subarray(at)]);
}

/** Output on stderr of attach must not be delivered on stdout, except from the log, which has both. */
function checkChannels(
  scenario: Scenario,
  stdout: Buffer,
  stderr: Buffer,
  fromLog: number,
): string | undefined {
  if (scenario.attaches.length !== 1 || scenario.tty) return undefined;
  const attached = attachedBytes(scenario, 2);
  if (stderr.length + fromLog < attached.length) {
    return `only ${stderr.length} of ${attached.length} bytes of stderr came out there`;
  }
  const common = Math.min(stderr.length, attached.length);
  if (!stderr.subarray(stderr.length - common).equals(attached.subarray(attached.length - common))) {
    return 'stderr has other bytes than attach brought on it';
  }
  return stdout.length >= attachedBytes(scenario, 1).length - fromLog ? undefined : 'stdout is short';
}

/** Output of attach must be delivered unchanged, including carriage returns. */
function checkReturns(scenario: Scenario, stdout: Buffer, fromLog: number): string | undefined {
  if (scenario.tty) {
    const lone = stdout.toString('latin1').match(/(?<!\r)\n/);
    return lone === null ? undefined : 'a newline without a carriage return went to a terminal';
  }
  if (scenario.attaches.length !== 1) return undefined;
  const attached = attachedBytes(scenario, 1);
  const length = Math.min(Math.max(0, stdout.length - fromLog), attached.length);
  const end = stdout.subarray(stdout.length - length);
  const isAttached = end.equals(attached.subarray(attached.length - length));
  // A half-closed attach lacks the end, which comes from the log.
  return isAttached || fromLog > 0 ? undefined : 'other bytes came out than attach brought';
}

export function attachedBytes(scenario: Scenario, channel: number): Buffer {
  const frames = scenario.attaches.flatMap((attach) => attach.frames);
  return Buffer.concat(frames.filter((frame) => frame.channel === channel).map((frame) => frame.data));
}

function firstDifference(actual: Buffer, expected: Buffer): string | undefined {
  if (actual.equals(expected)) return undefined;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at += 1;
  const excerpt = (data: Buffer): string => JSON.stringify(data.subarray(at, at + 40).toString('latin1'));
  return `differs at byte ${at} of ${expected.length}: expected ${excerpt(expected)}, got ${excerpt(actual)} (${actual.length} bytes in all)`;
}

/** Maximum time between the arrival of a complete line (with a terminal, of any byte) and its delivery. */
const LATENCY = 250;

/** Attach may be delayed if it is further ahead of the log than this. */
const BACKLOG = 64 * 1024;

function checkLatency(scenario: Scenario, played: Played): string | undefined {
  const attached = attachArrivals(scenario);
  const due = [...logArrivals(scenario, played.report.joined === undefined ? [] : attached), ...attached];
  const delivered = deliveries(played);
  const limit = LATENCY + scenario.log.granularity;
  for (const { at, position } of due) {
    const missing = played.report.gaps.reduce(
      (sum, gap) => sum + (gap.at < position && typeof gap.bytes === 'number' ? gap.bytes : 0),
      0,
    );
    const out = delivered.find((delivery) => delivery.bytes >= position - missing);
    if (out === undefined || out.at - at > limit) {
      const late = out === undefined ? 'never came out' : `came out ${Math.round(out.at - at)} ms later`;
      return `what arrived at ${at} ms (byte ${position}) ${late}`;
    }
  }
  return undefined;
}

/** Delivered bytes over time, in the log's form. */
function deliveries({ writes }: Played): { at: number; bytes: number }[] {
  let bytes = 0;
  return writes.map((write) => ({ at: write.at, bytes: (bytes += logForm(write.data).length) }));
}

/** After the join, attach is the source: earlier arrivals in the log do not count. */
function logArrivals(
  { log }: Scenario,
  attached: { at: number; position: number }[],
): { at: number; position: number }[] {
  return log.arrivals.map(({ at, bytes }) => {
    const own = attached.find(({ position }) => position >= bytes);
    return { at: Math.max(at, own?.at ?? 0), position: bytes };
  });
}

/** For a single attach with the end of the output: the arrival times of complete lines. */
function attachArrivals(scenario: Scenario): { at: number; position: number }[] {
  const [attach] = scenario.attaches;
  if (attach === undefined || scenario.attaches.length > 1) return [];
  const frames = attach.frames.filter((frame) => frame.channel === 1 || frame.channel === 2);
  const attached = logForm(Buffer.concat(frames.map((frame) => frame.data)));
  if (attachedBytes(scenario, 2).length > 0) return [];
  const begin = scenario.truth.length - attached.length;
  if (begin < 0 || !scenario.truth.subarray(begin).equals(attached)) return [];
  let position = begin;
  return frames.flatMap((frame) => {
    const form = logForm(frame.data);
    position += form.length;
    const shown = scenario.tty ? position : position - form.length + form.lastIndexOf(0x0a) + 1;
    const inLog = scenario.log.arrivals.findLast((arrival) => arrival.at <= frame.at)?.bytes ?? 0;
    const isAhead = position - inLog > BACKLOG;
    return isAhead || shown <= position - form.length ? [] : [{ at: frame.at, position: shown }];
  });
}
