import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { KeyPair } from '../src/auth/certificates/authority.ts';
import type { RecordedUser } from './recording.ts';

/** Address and credentials for the server under test. */
export interface Target {
  url: string;
  /** PEM of its certificate authority. */
  authority: string;
  credentials: Readonly<Record<string, KeyPair>>;
}

/** A token that no server accepts. */
const BAD_TOKEN = 'not-a-token';

export interface OpenRequest {
  user: RecordedUser;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  signal: AbortSignal;
}

/** Plain HTTPS requests as one of the users; adds no headers to the recorded ones except Host and Content-Length. */
export class Client {
  readonly target: Target;
  readonly #agents = new Map<RecordedUser, Agent>();

  constructor(target: Target) {
    this.target = target;
  }

  /** Sends a request and resolves when the response headers arrive. */
  open({ user, method, path, headers, body, signal }: OpenRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.target.url), {
        ...this.tls(user),
        agent: this.#agent(user),
        method,
        headers: {
          ...headers,
          ...this.authorization(user),
          ...(body === undefined ? {} : { 'Content-Length': String(body.length) }),
        },
        signal,
      });
      outgoing.once('response', resolve);
      outgoing.once('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  /** The TLS options of a user, with the client certificate if there is one. */
  tls(user: RecordedUser): Pick<RequestOptions, 'ca' | 'cert' | 'key'> {
    const pair = this.target.credentials[user];
    return {
      ca: this.target.authority,
      ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key }),
    };
  }

  authorization(user: RecordedUser): Record<string, string> {
    return user === 'bad-token' ? { Authorization: `Bearer ${BAD_TOKEN}` } : {};
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agent(user: RecordedUser): Agent {
    let agent = this.#agents.get(user);
    if (agent === undefined) {
      agent = new Agent({ keepAlive: true, ...this.tls(user) });
      this.#agents.set(user, agent);
    }
    return agent;
  }
}
