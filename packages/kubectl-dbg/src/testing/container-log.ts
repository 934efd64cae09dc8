import type { AnyResponse } from './api-server.ts';

/** The timestamp of all lines: no test depends on it, but each line of a log with timestamps needs one. */
const STAMP = '2026-01-01T00:00:00.000000000Z';

/** The log of a container whose output consists of complete lines. */
export class ContainerLog {
  #text = '';
  #ended = false;
  readonly #followers = new Set<{ stamped: boolean; response: AnyResponse }>();

  append(text: string): void {
    this.#text += text;
    for (const { stamped, response } of this.#followers) response.write(stamped ? stamp(text) : text);
  }

  /** The container has terminated: no more output. */
  end(): void {
    this.#ended = true;
    for (const { response } of this.#followers) response.end();
    this.#followers.clear();
  }

  /** Handles a log request with its parameters `follow` and `timestamps`. */
  serve(query: URLSearchParams, response: AnyResponse): void {
    const stamped = query.get('timestamps') === 'true';
    response.write(stamped ? stamp(this.#text) : this.#text);
    if (query.get('follow') !== 'true' || this.#ended) {
      response.end();
      return;
    }
    const follower = { stamped, response };
    this.#followers.add(follower);
    response.on('close', () => this.#followers.delete(follower));
  }
}

function stamp(text: string): string {
  return text.replaceAll(/^(?=.)/gm, `${STAMP} `);
}
