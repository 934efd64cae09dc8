import { PassThrough, Writable } from 'node:stream';
import type { Cluster } from '../../cluster/index.ts';
import { startTimer } from '../../base/timer.ts';
import { writeTo } from '../../session/stream/sink.ts';
import { parseTarget } from '../../targets/index.ts';
import type { CreatedObjects } from '../debug/created-objects.ts';
import type { OperationOptions } from '../debug/debug.ts';
import { captureFailed, outputFailed } from './capture-failure.ts';
import { runInside } from './run-inside.ts';
import { endOfOutcome } from './script-end.ts';

/** What to capture. */
export interface CaptureOptions {
  /** `POD`, `pod/NAME`, `TYPE/NAME` of a workload, or `node/NAME` for the node's own network. */
  target: string;
  /** Receives the packets, in the format of pcap(5); ended after the capture. */
  output: Writable;
  /** Image with tcpdump; default `nicolaka/netshoot`. */
  image?: string;
  /** Network interface; default `any`: all of them. */
  interface?: string;
  /** A filter in the syntax of pcap-filter(7); default: everything. */
  filter?: string;
  /** Stops the capture after this time, in ms. */
  duration?: number;
  /** Stops the capture after this number of bytes. */
  maxBytes?: number;
}

/** Settings of a capture. */
export interface CaptureSettings extends OperationOptions {
  /**
   * Stops the capture cleanly: tcpdump writes every packet that has arrived, for which the kernel may take a second, and
   * prints its counters.
   */
  stop?: AbortSignal;
  startTimeout?: number;
  created?: CreatedObjects;
  /** Called when the capture has started. */
  onListening?: () => void;
}

/** Counters of tcpdump; undefined if it did not print them. */
export interface CaptureResult {
  bytes: number;
  captured: number | undefined;
  dropped: number | undefined;
}

const DEFAULT_IMAGE = 'nicolaka/netshoot';
const START_TIMEOUT_MS = 5 * 60_000;

/**
 * Runs tcpdump until it exits, or until a line or EOF on stdin: INTERFACE FILTER. As root it would switch to a user that
 * the image may not have. The kernel hands packets over in blocks, up to a second after their arrival (tcpdump's packet
 * buffer timeout, packet(7)), and a tcpdump that ends leaves the last block behind: after the line `drain` it ends once
 * that time is over.
 */
const SCRIPT = `command -v tcpdump >/dev/null || { echo 'tcpdump: not found in this image' >&2; exit 127; }
keep=; tcpdump --help 2>&1 | grep -q -e '-Z' && keep='-Z root'
exec 3<&0
tcpdump -U -n -s 0 $keep -i "$1" -w - \${2:+"$2"} </dev/null & pid=$!
{ read -r line <&3; [ "$line" != drain ] || sleep 1.2 2>/dev/null || sleep 2; kill -TERM "$pid"; } >/dev/null 2>&1 & watch=$!
wait "$pid"; code=$?
kill "$watch" 2>/dev/null
exit "$code"`;

/**
 * Captures the packets of a pod's network, or of a node's, until it is stopped: by `stop`, the duration, or the size.
 *
 * @throws DbgError if something is refused or not found, or if tcpdump fails, and the reason of an aborted `signal`
 */
export async function capture(
  cluster: Cluster,
  options: CaptureOptions,
  settings: CaptureSettings = {},
): Promise<CaptureResult> {
  const { output, image = DEFAULT_IMAGE, filter = '', duration, maxBytes = Infinity } = options;
  const {
    signal = new AbortController().signal,
    stop,
    on = ignore,
    startTimeout = START_TIMEOUT_MS,
  } = settings;
  const from = options.interface ?? 'any';
  const stdin = new PassThrough();
  const tell = (line: 'drain' | 'end'): void => {
    if (!stdin.writableEnded) stdin.end(`${line}\n`);
  };
  const drain = (): void => tell('drain');
  const end = (): void => tell('end');
  if (stop?.aborted === true) end();
  else stop?.addEventListener('abort', drain, { once: true });
  let bytes = 0;
  let cancel: (() => void) | undefined;
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure = error;
    end();
  };
  output.on('error', onError);
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes >= maxBytes) end();
      // A closed output accepts nothing more; tcpdump has been told to stop.
      void writeTo(output, chunk, signal)
        .then((open) => (open ? undefined : end()))
        .finally(done);
    },
  });
  let said = '';
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (said.length < 16_384) said += chunk.toString('utf8');
      if (cancel === undefined && /listening on /.test(said)) {
        cancel = duration === undefined ? ignore : startTimer(duration, drain);
        settings.onListening?.();
      }
      done();
    },
  });
  const isNode = parseTarget(options.target).kind === 'Node';
  try {
    const { outcome } = await runInside(['sh', '-c', SCRIPT, 'pcap', from, filter], {
      cluster,
      debug: {
        target: options.target,
        image,
        profile: 'netadmin',
        ...(isNode ? {} : { targetContainer: '' }),
      },
      stdin,
      stdout,
      stderr,
      startTimeout,
      created: settings.created,
      on,
      signal,
    });
    if (failure !== undefined) throw outputFailed(failure);
    if (outcome.kind !== 'exited' || outcome.code !== 0) {
      throw captureFailed(endOfOutcome(outcome), said, { image, filter, interface: from });
    }
    return {
      bytes,
      captured: count(said, /(\d+) packets? captured/),
      dropped: count(said, /(\d+) packets? dropped by kernel/),
    };
  } finally {
    cancel?.();
    stop?.removeEventListener('abort', drain);
    output.off('error', onError);
    stdin.destroy();
  }
}

function count(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function ignore(): void {
  // nobody listens
}
