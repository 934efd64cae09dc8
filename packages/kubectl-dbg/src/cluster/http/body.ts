import { DbgError } from '../../errors.ts';
import type { TransportResponse } from './transport.ts';

/**
 * The largest answer that is read as a whole: a page of 500 pods, each ten times the usual 12 KiB. Logs and watches are
 * streams and not bound by it.
 */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** A Status, or a proxy's page, of which one line will be shown. */
export const MAX_REFUSAL_BYTES = 256 * 1024;

/** Reads a body as text, up to `limit` bytes (counted after decompression). Throws DbgError `unreachable` beyond it. */
export async function readText(response: TransportResponse, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of await decoded(response)) {
    size += chunk.length;
    if (size > limit) {
      throw new DbgError('unreachable', `the server's answer is larger than ${limit} bytes`, {
        remedy: 'Narrow the selection',
      });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** As `readText`, but cuts what is too long and keeps what came before a connection broke: for error messages. */
export async function readRefusal(response: TransportResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for await (const chunk of await decoded(response)) {
      size += chunk.length;
      text += decoder.decode(chunk, { stream: true });
      if (size > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // What came will do: the status already tells that the request was refused.
  }
  return text;
}

async function decoded(response: TransportResponse): Promise<AsyncIterable<Uint8Array>> {
  if (response.headers['content-encoding'] !== 'gzip') return response.body;
  const [{ Readable }, { createGunzip }] = await Promise.all([import('node:stream'), import('node:zlib')]);
  const source = Readable.from(response.body);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}
