import type { WebSocket } from 'ws';
import type { Exchange } from '../api/exchange.ts';
import type { Connections } from './connections.ts';
import type { FaultRegistry, OpenStream } from './faults.ts';
import type { FaultAction, FaultMatch } from './points.ts';
import { connectionBreaker, subjectOf } from './request-faults.ts';

type Send = (data: Buffer, ...rest: unknown[]) => void;

/** The code of a close in good order. */
const NORMAL_CLOSURE = 1000;

/** Lets the faults of the stream points at a WebSocket, whose own methods are replaced. */
export function strikeWebSocket(
  socket: WebSocket,
  exchange: Exchange,
  { faults, connections }: { faults: FaultRegistry; connections: Connections },
): void {
  const subject = subjectOf(exchange);
  const breakConnection = connectionBreaker(exchange, connections);
  const send = socket.send.bind(socket) as Send;
  const close = socket.close.bind(socket);
  const actions: FrameActions = {
    end: () => close(NORMAL_CLOSURE),
    // What passed before must have left.
    break: () => {
      if (socket.bufferedAmount > 0) setImmediate(actions.break);
      else setImmediate(breakConnection);
    },
    stall: () => {},
  };
  const output = new FrameGate('stream-output', subject, faults, actions);
  // Unread input holds up its sender, as it does behind a link that stands still.
  const input = new FrameGate('stream-input', subject, faults, { ...actions, stall: () => socket.pause() });
  const emit = socket.emit.bind(socket);
  const pong = socket.pong.bind(socket);
  Object.assign(socket, {
    // A frame that does not pass is never reported as sent: that holds up the process, as a full link does.
    send: (data: Buffer, ...rest: unknown[]) => output.offer(data.length, () => send(data, ...rest)),
    // A server whose output does not arrive does not get its goodbye through either.
    close: (...rest: Parameters<typeof close>) => output.offer(0, () => close(...rest)),
    emit: (name: string, ...rest: unknown[]) => {
      if (name !== 'message') return emit(name, ...rest);
      input.offer((rest[0] as Buffer).length, () => emit(name, ...rest));
      return true;
    },
    pong: (...rest: Parameters<typeof pong>) => {
      if (faults.strike('stream-ping', subject) === undefined) pong(...rest);
    },
  });
  const unwatch = [output, input].map((gate) => faults.watch(gate));
  socket.once('close', () => {
    for (const stop of unwatch) stop();
  });
}

interface FrameActions {
  end: () => void;
  break: () => void;
  stall: () => void;
}

/** One direction of a WebSocket: frames pass, wait or vanish. */
class FrameGate implements OpenStream {
  readonly point: 'stream-output' | 'stream-input';
  readonly subject: FaultMatch;
  readonly progress = { bytes: 0, frames: 0 };
  readonly #faults: FaultRegistry;
  readonly #actions: FrameActions;
  closed = false;
  #held: (() => void)[] | undefined;

  constructor(point: FrameGate['point'], subject: FaultMatch, faults: FaultRegistry, actions: FrameActions) {
    this.point = point;
    this.subject = subject;
    this.#faults = faults;
    this.#actions = actions;
  }

  /** Lets a frame pass, now or later, or vanish. */
  offer(bytes: number, pass: () => void): void {
    if (this.closed) return;
    if (this.#held !== undefined) {
      this.#held.push(() => this.offer(bytes, pass));
      return;
    }
    pass();
    this.progress.bytes += bytes;
    this.progress.frames += bytes > 0 ? 1 : 0;
    this.#faults.check(this);
  }

  strike(action: FaultAction): void {
    if (action.kind === 'delay') {
      this.#held = [];
      setTimeout(() => {
        const held = this.#held ?? [];
        this.#held = undefined;
        for (const goOn of held) goOn();
      }, action.milliseconds);
      return;
    }
    this.closed = true;
    if (action.kind === 'break' || action.kind === 'end' || action.kind === 'stall')
      this.#actions[action.kind]();
  }
}
