import type { WebSocket } from 'ws';
import type { Exchange } from '../apiserver/exchange.ts';
import type { Connections } from './connections.ts';
import type { FaultRegistry, OpenStream } from './faults.ts';
import type { FaultAction } from './actions.ts';
import type { FaultSubject } from './points.ts';
import { connectionBreaker, subjectOf } from './request-faults.ts';

type Send = (data: Buffer, ...rest: unknown[]) => void;

/** The close code of a normal closure. */
const NORMAL_CLOSURE = 1000;

/** Applies the faults of the stream points to a WebSocket, whose own methods are replaced. */
export function injectStreamFaults(
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
    // Earlier data must have been sent.
    break: () => {
      if (socket.bufferedAmount > 0) setImmediate(actions.break);
      else setImmediate(breakConnection);
    },
    stall: () => {},
  };
  const output = new FrameGate('stream-output', subject, faults, actions);
  // Unread input blocks the sender, like a stalled connection.
  const input = new FrameGate('stream-input', subject, faults, { ...actions, stall: () => socket.pause() });
  const emit = socket.emit.bind(socket);
  const pong = socket.pong.bind(socket);
  Object.assign(socket, {
    // A held frame is never reported as sent, which blocks the process like a full send buffer.
    send: (data: Buffer, ...rest: unknown[]) => output.offer(data.length, () => send(data, ...rest)),
    // If a server's output is held, its close frame is held too.
    close: (...rest: Parameters<typeof close>) => output.offer(0, () => close(...rest)),
    emit: (name: string, ...rest: unknown[]) => {
      if (name !== 'message') return emit(name, ...rest);
      input.offer((rest[0] as Buffer).length, () => emit(name, ...rest));
      return true;
    },
    pong: (...rest: Parameters<typeof pong>) => {
      if (faults.inject('stream-ping', subject) === undefined) pong(...rest);
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

/** One direction of a WebSocket: frames pass, wait or are dropped. */
class FrameGate implements OpenStream {
  readonly point: 'stream-output' | 'stream-input';
  readonly subject: FaultSubject;
  readonly progress = { bytes: 0, frames: 0 };
  readonly #faults: FaultRegistry;
  readonly #actions: FrameActions;
  closed = false;
  #held: (() => void)[] | undefined;

  constructor(
    point: FrameGate['point'],
    subject: FaultSubject,
    faults: FaultRegistry,
    actions: FrameActions,
  ) {
    this.point = point;
    this.subject = subject;
    this.#faults = faults;
    this.#actions = actions;
  }

  /** Lets a frame pass, now or later, or drops it. */
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

  inject(action: FaultAction): void {
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
