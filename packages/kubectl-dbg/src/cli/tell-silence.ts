import { startTimer } from '../base/timer.ts';
import type { Cluster, WatchOptions } from '../cluster/index.ts';
import type { OutputStream } from '../model/world.ts';
import { waitingWords } from './present/event-words.ts';

/** After this time (ms) without any response a message says what is awaited. */
const SILENT_MS = 3_000;

/** And again at this interval. */
const AGAIN_MS = 30_000;

/** Erases a progress line, which is redrawn in a moment. */
const CLEAR_LINE = '\r\x1b[2K';

/** The same client; if none of its requests gets a response for a while, a line says what is awaited. */
export function tellSilence(
  cluster: Cluster,
  { stderr, say }: { stderr: Pick<OutputStream, 'isTTY' | 'write'>; say: (text: string) => void },
  times: { silent: number; again: number } = { silent: SILENT_MS, again: AGAIN_MS },
): Cluster {
  let open = 0;
  let waited = 0;
  let cancel = () => {};
  const arm = (pause: number) => {
    cancel();
    cancel = open === 0 ? () => {} : startTimer(pause, tell);
  };
  const tell = () => {
    waited += waited === 0 ? times.silent : times.again;
    if (stderr.isTTY === true) stderr.write(CLEAR_LINE);
    say(waitingWords({ for: 'answer', server: cluster.server, plugin: cluster.runningPlugin() }, waited));
    arm(times.again);
  };
  const during = async <T>(work: Promise<T>): Promise<T> => {
    open += 1;
    if (open === 1) arm(times.silent);
    try {
      return await work;
    } finally {
      open -= 1;
      waited = 0;
      arm(times.silent);
    }
  };
  /** A streamed list begins at once; a plain watch may be silent for hours. */
  async function* untilFirst<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = events[Symbol.asyncIterator]();
    try {
      let next = await during(iterator.next());
      for (; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return {
    ...cluster,
    watch: <T>(options: WatchOptions) => {
      const events = cluster.watch<T>(options);
      return options.query?.['sendInitialEvents'] === true ? untilFirst(events) : events;
    },
    request: (request) => during(cluster.request(request)),
    stream: (request) => during(cluster.stream(request)),
    attach: (options) => during(cluster.attach(options)),
    exec: (options) => during(cluster.exec(options)),
  };
}
