import type { AnyResponse } from './api-server.ts';

/** When all the lines of a test's log were written: no test looks at it, but each line of a stamped log needs one. */
const STAMP = '2026-01-01T00:00:00.000000000Z';

/** The log of a container whose output comes in whole lines. */
export class ContainerLog {
  #text = '';
  #ended = false;
  readonly #followers = new Set<{ stamped: boolean; response: AnyResponse }>();

  append(text: string): void {
    this.#text += text;
    for (const { stamped, response } of this.#followers) response.write(stamped ? stamp(text) : text);
  }

  /** The container has ended: nothing comes any more. */
  end(): void {
    this.#ended = true;
    for (const { response } of this.#followers) response.end();
    this.#followers.clear();
  }

  /** Answers a request for the log by its `follow` and `timestamps`. */
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
