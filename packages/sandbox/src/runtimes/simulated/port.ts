import { Duplex, PassThrough } from 'node:stream';
import type { Machine } from './shell/process.ts';
import { Pipe } from './shell/streams.ts';
import { inputStream } from './simulated-exec.ts';
import { SimulatedProcess } from './simulated-process.ts';

/** The script of a simulated service: reads the head of a request and responds with 200. */
export function httpAnswer(body: string): string {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`;
  const answer = `${head}\r\n\r\n${body}`.replaceAll('\r', String.raw`\r`).replaceAll('\n', String.raw`\n`);
  return `while read line && [ -n "$(echo "$line" | tr -d '${String.raw`\r`}')" ]; do :; done\nprintf '${answer}'\n`;
}

/** A connection that is the stdin and stdout of a shell program. */
export function serveConnection(script: string, machine: Machine): Duplex {
  const input = new Pipe();
  const output = new PassThrough();
  const process = new SimulatedProcess({
    run: { script: Buffer.from(script).toString('latin1') },
    machine,
    env: new Map(),
    io: {
      stdin: input,
      stdout: {
        write(chunk) {
          output.write(chunk);
        },
      },
      stderr: { write() {} },
    },
    init: false,
  });
  void process.ended.finally(() => output.end());
  const duplex = Duplex.from({ readable: output, writable: inputStream(input, undefined) });
  duplex.once('close', () => process.signal('SIGKILL'));
  return duplex;
}
