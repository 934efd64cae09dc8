import { sanitiseShort } from '../../base/sanitise.ts';

/** What a kubelet responds, with status 200, once the files of a container's log are gone. */
const NOTICE = 'unable to retrieve container logs for ';

const MAX_WORDS = 200;

/**
 * Passes on a log read with `timestamps=true`, each line of which begins with a digit. Throws if the kubelet responds with
 * its notice instead, which is no part of any log.
 */
export async function* withoutNotice(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const words = head.toString('latin1');
    if (words.startsWith(NOTICE)) throw new Error(sanitiseShort(words, MAX_WORDS));
    if (NOTICE.startsWith(words)) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}
