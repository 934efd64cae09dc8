import type { Answer, AnsweredWebSocket } from './answer.ts';
import { compareLog, kinds } from './compare-text.ts';
import { difference, show } from './difference.ts';
import { maskText } from './mask.ts';
import type { Frame, RecordedWebSocket, Step } from './recording.ts';
import { bytesOf } from './websocket-step.ts';

const ERROR_CHANNEL = 3;

/** Compares the data of each channel, the status, and how the connection ended, but not how data is split into frames. */
export function compareWebSocket(step: Step, answer: Answer): string | undefined {
  const recorded = step.response.websocket ?? {};
  const own = answer.websocket;
  if (own === undefined) return 'expected a WebSocket';
  return (
    difference(recorded.subprotocolAccepted ?? '', own.subprotocol, 'subprotocol') ??
    (recorded.summary === undefined ? compareChannels(recorded, own, step) : undefined) ??
    compareEnd(recorded, own)
  );
}

function compareChannels(
  recorded: RecordedWebSocket,
  own: AnsweredWebSocket,
  step: Step,
): string | undefined {
  const received = (recorded.frames ?? []).filter(
    ({ dir, channel }) => dir === 'recv' && channel !== undefined,
  );
  const first = received[0]?.channel;
  if (first !== own.frames[0]?.channel) {
    return `first frame: expected channel ${first}, got ${own.frames[0]?.channel}`;
  }
  const channels = new Set([...received, ...own.frames].map(({ channel }) => channel ?? -1));
  for (const channel of channels) {
    const expected = text(
      received.filter((frame) => frame.channel === channel),
      false,
    );
    const got = text(
      own.frames.filter((frame) => frame.channel === channel),
      true,
    );
    const found = compareChannel(channel, expected, got, step);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compareChannel(channel: number, expected: string, got: string, step: Step): string | undefined {
  if (channel === ERROR_CHANNEL) return difference(maskText(expected), maskText(got), 'error channel');
  // With both a terminal and stderr requested, the real server occasionally lost the output of a short command.
  if (
    expected === '' &&
    /[?&]tty=true/.test(step.request.path) &&
    /[?&]stderr=true/.test(step.request.path)
  ) {
    return undefined;
  }
  const isAttach = step.request.path.includes('/attach?');
  // Output from before the attach is lost: how much is chance.
  if (isAttach && isEndOf(kinds(maskText(expected)), kinds(maskText(got)))) return undefined;
  const found = compareLog(expected, got, true);
  return found === undefined ? undefined : `channel ${channel} ${found}`;
}

function isEndOf(expected: string, got: string): boolean {
  return expected.endsWith(got) || got.endsWith(expected);
}

function compareEnd(recorded: RecordedWebSocket, own: AnsweredWebSocket): string | undefined {
  // How a server responds to a close by the client depends on how long the client waits.
  const isServers = recorded.closedBy === 'server';
  const expected = { closedBy: recorded.closedBy, ...(isServers ? { closeCode: recorded.closeCode } : {}) };
  const got = { closedBy: own.closedBy, ...(isServers ? { closeCode: own.closeCode } : {}) };
  if (JSON.stringify(expected) === JSON.stringify(got)) return undefined;
  return `end: expected ${show(expected)}, got ${show(got)}`;
}

/** The concatenated data of frames; base64 text frames are decoded. */
function text(frames: readonly Frame[], own: boolean): string {
  const parts = frames.map((frame) => {
    const bytes = own && typeof frame.data === 'string' ? Buffer.from(frame.data, 'latin1') : bytesOf(frame);
    return frame.opcode === 'text' ? Buffer.from(bytes.toString('utf8'), 'base64') : bytes;
  });
  return Buffer.concat(parts).toString('utf8');
}
