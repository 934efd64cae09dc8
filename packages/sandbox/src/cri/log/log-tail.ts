import { open } from 'node:fs/promises';
import { parseEntry } from './cri-line.ts';
import { tailOffset } from './tail-offset.ts';

const LF = 0x0a;

/** The text of a log's last entries, at most `bytes`: the termination message with FallbackToLogsOnError. */
export async function logTail(path: string, lines: number, bytes: number): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const start = await tailOffset(file, lines);
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const parts: Buffer[] = [];
    let at = 0;
    for (let end = buffer.indexOf(LF); end >= 0; end = buffer.indexOf(LF, at)) {
      const entry = parseEntry(buffer.subarray(at, end));
      if (entry !== undefined) parts.push(entry.content, Buffer.from(entry.partial ? '' : '\n'));
      at = end + 1;
    }
    const text = Buffer.concat(parts);
    return text.subarray(Math.max(0, text.length - bytes)).toString('utf8');
  } finally {
    await file.close();
  }
}
