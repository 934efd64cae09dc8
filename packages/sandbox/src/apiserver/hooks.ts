import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Exchange } from './exchange.ts';

/** A listening address. */
export interface Listener {
  host: string;
  port: number;
}

/** A proxy in front of the server. */
export interface Front {
  /** The port on which it listens. */
  port: number;
  stop(): void;
}

/** Hooks between the server and its clients, for example for injected faults. */
export interface ServerHooks {
  /** Starts a proxy in front of the server, which listens on `target`. */
  front?(listen: Listener, target: Listener): Promise<Front>;
  /** A connection was accepted. */
  onConnection?(socket: Socket): void;
  /** A request has arrived and is not handled yet; true if the hook has handled it. */
  onRequest?(exchange: Exchange): Promise<boolean>;
  /**
   * A valid write, or a connection to a pod, is about to be admitted.
   *
   * @param name of the object, which a create's path doesn't have
   * @throws StatusError to refuse it
   */
  onAdmission?(exchange: Exchange, name: string): void;
  /** A WebSocket of attach or exec was accepted. */
  onWebSocket?(socket: WebSocket, exchange: Exchange): void;
}
