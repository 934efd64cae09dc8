import { PassThrough } from 'node:stream';
import type { RemoteCommand } from '../../cluster/index.ts';
import { type Relayed, relayOutput } from '../../session/stream/relay.ts';

/** Writes everything that a remote command sends to a sink, in order, until it ends. */
export async function relayTo(
  sink: { write: (data: Buffer) => Promise<void> },
  command: RemoteCommand,
): Promise<Relayed> {
  const stream = new PassThrough();
  const writing = drain(stream, sink);
  writing.catch(() => undefined);
  const relayed = await relayOutput(command, stream, stream);
  stream.end();
  await writing;
  return relayed;
}

async function drain(
  stream: AsyncIterable<Buffer>,
  sink: { write: (data: Buffer) => Promise<void> },
): Promise<void> {
  for await (const chunk of stream) await sink.write(chunk);
}
