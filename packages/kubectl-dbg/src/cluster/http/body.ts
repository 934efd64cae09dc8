import { DbgError } from '../../model/failure.ts';
import { startTimer } from '../../base/timer.ts';
import { ConnectionFailure, TransportError } from './transport.ts';
import type { TransportResponse } from './transport.ts';

/**
 * The largest response that is read completely: a page of 500 pods, each five times the usual 12 KiB. Logs and watches
 * are streams and have no such limit.
 */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Limits of a response's JSON: such a page has about 300,000 values, and nothing in the API is nested this deeply. */
export const ANSWER_LIMITS = { depth: 100, values: 1_000_000 };

/** A Status, or a proxy's page, of which one line will be shown. */
export const MAX_REFUSAL_BYTES = 256 * 1024;

/** Reads a body as text, up to `limit` bytes (counted after decompression) and for at most this time (ms). */
export async function readText(response: TransportResponse, limit: number, timeout: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of withDeadline(response, timeout)) {
    size += chunk.length;
    if (size > limit) {
      response.discard();
      throw new DbgError(
        'protocol',
        'AnswerTooLarge',
        `the server's answer is larger than ${limit} bytes`,
        {},
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Like `readText`, but truncates a body that is too long or too slow, and keeps what was received before a connection
 * broke: for error messages.
 */
export async function readRefusal(response: TransportResponse, timeout: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for await (const chunk of withDeadline(response, timeout)) {
      size += chunk.length;
      text += decoder.decode(chunk, { stream: true });
      if (size > MAX_REFUSAL_BYTES) {
        response.discard();
        break;
      }
    }
  } catch {
    // The received part is enough: the status already says that the request was refused.
  }
  return text;
}

/** A body that ends the exchange and throws TransportError `body` if it is not complete in time. */
async function* withDeadline(response: TransportResponse, timeout: number): AsyncGenerator<Uint8Array> {
  let expire: (reason: Error) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    expire = reject;
  });
  late.catch(() => undefined);
  const cancel = startTimer(timeout, () => {
    expire(
      new TransportError('body', new ConnectionFailure('BODY_TIMEOUT', `not whole within ${timeout} ms`)),
    );
    response.discard();
  });
  const body = (await decoded(response))[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = body.next();
      // After the deadline nobody waits for it any longer.
      next.catch(() => undefined);
      const { done, value } = await Promise.race([next, late]);
      if (done === true) return;
      yield value;
    }
  } finally {
    cancel();
    // Not awaited: a hanging body would hang here too.
    void body.return?.()?.catch(() => undefined);
  }
}

async function decoded(response: TransportResponse): Promise<AsyncIterable<Uint8Array>> {
  if (response.headers['content-encoding'] !== 'gzip') return response.body;
  const [{ Readable }, { createGunzip }] = await Promise.all([import('node:stream'), import('node:zlib')]);
  const source = Readable.from(response.body);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => source.destroy());
  return source.pipe(gunzip);
}
