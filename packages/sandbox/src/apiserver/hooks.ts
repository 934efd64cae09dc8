import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Exchange } from './exchange.ts';

/** Where a server listens on its machine. */
export interface Listener {
  host: string;
  port: number;
}

/** What stands before the server and carries its connections. */
export interface Front {
  /** Where it listens. */
  port: number;
  stop(): void;
}

/** Where something may step in between the server and its clients, such as the faults that a test injects. */
export interface ServerHooks {
  /** Puts something before the server, which listens at `target`. */
  front?(listen: Listener, target: Listener): Promise<Front>;
  /** A connection was accepted. */
  onConnection?(socket: Socket): void;
  /** A request has come, and nothing was done about it yet; true if the hook has dealt with it. */
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
