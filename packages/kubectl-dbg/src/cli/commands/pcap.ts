import { resolve } from 'node:path';
import { ExitCode } from '../../model/failure.ts';
import { readQuantity } from '../../model/quantity.ts';
import { pcapFlags } from '../grammar/flags-pcap.ts';
import { CaptureFile } from '../capture-file.ts';
import { usage } from '../cli-error.ts';
import { showEvents } from '../present/show-events.ts';
import { sizeWords } from '../present/transfer-line.ts';
import { readDuration, readTimeout } from '../duration.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** `kubectl dbg pcap`: captures packets of a pod or a node. */
export const command = defineCommand({
  flags: pcapFlags,
  words: 1,
  about: [
    'Capture the network packets of a pod or a node with tcpdump in a debug container, to a file or to stdout.',
    'The first ctrl-C stops the capture: the file is complete, and the numbers of captured and dropped packets are printed.',
  ],
  usage: ['pcap TARGET [-w FILE|-] [flags]'],
  examples: [
    { what: 'One minute of a pod, to a file', line: 'pcap web -w web.pcap --duration=1m' },
    {
      what: 'Live, in Wireshark',
      line: "pcap web --filter='tcp port 8080' -w - | wireshark -k -i -",
    },
    {
      what: 'The DNS traffic of a node',
      line: "pcap node/worker-1 --filter='port 53' -w dns.pcap",
    },
  ],
  run: async ({ options, targets, words }, world, settings) => {
    const [target] = targets;
    if (target === undefined || words.length > 0) {
      throw usage('pcap takes one pod or node', "Write it as in 'kubectl dbg pcap web -w web.pcap'");
    }
    const file =
      options.write === undefined || options.write === '-' ? undefined : resolve(world.cwd, options.write);
    if (file === undefined && world.stdout.isTTY === true) {
      throw usage(
        'packets are binary and would garble the terminal',
        'Write them to a file with -w FILE, or pipe them into a program',
      );
    }
    const duration =
      options.duration === undefined ? undefined : readDuration('duration', options.duration, '30s or 5m');
    const maxBytes = options.maxBytes === undefined ? undefined : readQuantity(options.maxBytes);
    if (options.maxBytes !== undefined && maxBytes === undefined) {
      throw usage(
        `invalid --max-bytes ${JSON.stringify(options.maxBytes)}`,
        'Write a number of bytes, such as 500Mi',
      );
    }
    const startTimeout = readTimeout(options.timeout);
    return await withCluster(options, world, settings, async ({ cluster, signal, say, commands }) => {
      const { capture } = await import('../../operations/files/capture.ts');
      const opened = file === undefined ? undefined : new CaptureFile(file);
      const output = opened?.output ?? world.stdout;
      const stop = new AbortController();
      let listening = false;
      const release = settings.onInterrupt(() => {
        // There is nothing yet to stop cleanly.
        if (!listening || stop.signal.aborted) return false;
        stop.abort();
        return true;
      });
      try {
        const result = await capture(
          cluster,
          {
            target,
            output,
            ...(options.image ? { image: options.image } : {}),
            ...(options.interface === undefined ? {} : { interface: options.interface }),
            ...(options.filter === undefined ? {} : { filter: options.filter }),
            ...(duration === undefined ? {} : { duration }),
            ...(maxBytes === undefined ? {} : { maxBytes }),
          },
          {
            signal,
            stop: stop.signal,
            startTimeout,
            created: settings.created,
            on: showEvents(world, { quiet: options.quiet ?? false, helps: true, commands }),
            onListening: () => {
              listening = true;
              if (options.quiet !== true) say(`Capturing ${target}; ctrl-C ends it.`);
            },
          },
        );
        if (options.quiet !== true) {
          say(
            `${result.captured ?? 'An unknown number of'} packets captured, ${result.dropped ?? 'an unknown number'} dropped, ${sizeWords(result.bytes)}.`,
          );
        }
      } finally {
        release();
        await opened?.end();
      }
      return ExitCode.ok;
    });
  },
});
