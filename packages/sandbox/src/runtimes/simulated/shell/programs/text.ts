import { createHash } from 'node:crypto';
import type { Io } from '../process.ts';
import type { Shell } from '../shell.ts';
import { openOutput } from '../redirect.ts';
import { Pipe } from '../streams.ts';
import { BLOCK_BYTES, bytes, nextTurn, type Program } from './program.ts';

const LF = 0x0a;

/** The content of each file, or of stdin. Undefined means that a file does not exist. */
async function* contents(paths: readonly string[], io: Io, shell: Shell): AsyncGenerator<Buffer | undefined> {
  for (const path of paths.length === 0 ? ['-'] : paths) {
    if (path === '/dev/zero' || path === '/dev/urandom') {
      for (;;) {
        const block = Buffer.alloc(BLOCK_BYTES);
        if (path === '/dev/urandom') {
          for (let at = 0; at < block.length; at += 1) block[at] = shell.machine.random.next() * 256;
        }
        yield block;
      }
    }
    const file = path === '-' || path === '/dev/stdin' ? io.stdin : openInput(path, shell);
    if (file === undefined) {
      yield undefined;
      continue;
    }
    for (
      let chunk = await file.read(shell.signal);
      chunk !== undefined;
      chunk = await file.read(shell.signal)
    ) {
      yield chunk;
    }
  }
}

function openInput(path: string, shell: Shell): Pipe | undefined {
  if (path === '/dev/null') return Pipe.of(Buffer.alloc(0));
  const content = shell.machine.tree.read(path);
  return content === undefined ? undefined : Pipe.of(content);
}

async function missing(program: string, paths: readonly string[], io: Io): Promise<number> {
  await io.stderr.write(bytes(`${program}: can't open '${paths[0] ?? ''}': No such file or directory\n`));
  return 1;
}

const operands = (args: readonly string[]): string[] =>
  args.filter((text) => text === '-' || !text.startsWith('-'));

/** `cat [FILES]` */
export const cat: Program = async (args, io, shell) => {
  for await (const chunk of contents(operands(args), io, shell)) {
    if (chunk === undefined) return missing('cat', operands(args), io);
    await io.stdout.write(chunk);
  }
  return 0;
};

/** `tee [-a] [FILES]` */
export const tee: Program = async (args, io, shell) => {
  const sinks = [
    io.stdout,
    ...operands(args).map((path) => openOutput(path, args.includes('-a'), io, shell.machine)),
  ];
  for await (const chunk of contents([], io, shell)) {
    for (const sink of sinks) if (chunk !== undefined) await sink.write(chunk);
  }
  return 0;
};

/** `head [-n LINES | -c BYTES] [FILE]` */
export const head: Program = async (args, io, shell) => {
  const { unit, count, rest } = counted(args);
  let left = count;
  if (left <= 0) return 0;
  for await (const chunk of contents(rest, io, shell)) {
    if (chunk === undefined) return missing('head', rest, io);
    let end = 0;
    if (unit === 'c') {
      end = Math.min(left, chunk.length);
      left -= end;
    } else {
      while (left > 0 && end < chunk.length) {
        const newline = chunk.indexOf(LF, end);
        end = newline < 0 ? chunk.length : newline + 1;
        if (newline >= 0) left -= 1;
      }
    }
    await io.stdout.write(chunk.subarray(0, end));
    if (left === 0) break;
    await nextTurn(shell);
  }
  return 0;
};

/** `tail [-f] [-n LINES | -c BYTES] [FILE]`; `tail -f` never ends. */
export const tail: Program = async (args, io, shell) => {
  const follow = args.some((text) => /^-\w*[fF]/.test(text));
  const { unit, count, rest } = counted(args);
  const chunks: Buffer[] = [];
  for await (const chunk of contents(rest, io, shell)) {
    if (chunk === undefined) return missing('tail', rest, io);
    chunks.push(chunk);
  }
  const all = Buffer.concat(chunks);
  let start = all.length;
  if (unit === 'c') start = Math.max(0, all.length - count);
  else {
    for (let lines = count; lines > 0 && start > 0; lines -= 1) start = all.lastIndexOf(LF, start - 2) + 1;
  }
  await io.stdout.write(all.subarray(start));
  if (follow) await shell.machine.clock.sleep(Infinity, shell.signal);
  return 0;
};

const DEFAULT_LINES = 10;

function counted(args: readonly string[]): { unit: 'n' | 'c'; count: number; rest: string[] } {
  let unit: 'n' | 'c' = 'n';
  let count = DEFAULT_LINES;
  const rest: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [, letter, value] = /^-([nc]?)(\d*)$/.exec(args[at] ?? '') ?? [];
    if (letter === undefined || args[at] === '-') {
      if (!/^-[fF]$/.test(args[at] ?? '')) rest.push(args[at] ?? '');
      continue;
    }
    unit = letter === 'c' ? 'c' : 'n';
    if (value === '') at += 1;
    count = Number(value === '' ? args[at] : value) || 0;
  }
  return { unit, count, rest };
}

/** `wc [-clw]` of stdin */
export const wc: Program = async (args, io, shell) => {
  let size = 0;
  let lines = 0;
  let words = 0;
  let inWord = false;
  for await (const chunk of contents(operands(args), io, shell)) {
    if (chunk === undefined) return missing('wc', operands(args), io);
    size += chunk.length;
    for (const byte of chunk) {
      if (byte === LF) lines += 1;
      const blank = byte <= 0x20;
      if (inWord && blank) words += 1;
      inWord = !blank;
    }
  }
  if (inWord) words += 1;
  const options = args.filter((text) => text.startsWith('-')).join('');
  const counts = [
    ...(options === '' || options.includes('l') ? [lines] : []),
    ...(options === '' || options.includes('w') ? [words] : []),
    ...(options === '' || options.includes('c') ? [size] : []),
  ];
  const text =
    counts.length === 1 ? String(counts[0]) : counts.map((count) => String(count).padStart(9)).join(' ');
  await io.stdout.write(bytes(`${text}\n`));
  return 0;
};

/** `tr A B`, single characters and plain lists only */
export const tr: Program = async (args, io, shell) => {
  const decode = (text: string): string =>
    text.replaceAll(/\\([0-7]{1,3}|n|r|t)/g, (_all, code: string) =>
      code === 'n'
        ? '\n'
        : code === 'r'
          ? '\r'
          : code === 't'
            ? '\t'
            : String.fromCharCode(Number.parseInt(code, 8)),
    );
  const remove = args[0] === '-d';
  const [from = '', to = ''] = operands(args).map(decode);
  for await (const chunk of contents([], io, shell)) {
    const text = (chunk ?? Buffer.alloc(0)).toString('latin1');
    let output = '';
    for (const char of text) {
      const at = from.indexOf(char);
      if (at < 0) output += char;
      else if (!remove) output += to[Math.min(at, to.length - 1)] ?? '';
    }
    await io.stdout.write(bytes(output));
  }
  return 0;
};

/** `base64 [-d]` of stdin */
export const base64: Program = async (args, io, shell) => {
  const all = await io.stdin.readAll(shell.signal);
  const decode = args.some((text) => text === '-d' || text === '--decode');
  await io.stdout.write(
    decode ? Buffer.from(all.toString('latin1'), 'base64') : bytes(`${all.toString('base64')}\n`),
  );
  return 0;
};

/** `sha256sum` of stdin */
export const sha256sum: Program = async (args, io, shell) => {
  const hash = createHash('sha256');
  for await (const chunk of contents(operands(args), io, shell)) {
    if (chunk === undefined) return missing('sha256sum', operands(args), io);
    hash.update(chunk);
  }
  await io.stdout.write(bytes(`${hash.digest('hex')}  ${operands(args)[0] ?? '-'}\n`));
  return 0;
};

/** `seq [FIRST [STEP]] LAST` */
export const seq: Program = async (args, io, shell) => {
  const numbers = args.map(Number);
  const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  const last = numbers.at(-1) ?? 0;
  let block = '';
  for (let value = first; step > 0 ? value <= last : value >= last; value += step || 1) {
    block += `${value}\n`;
    if (block.length < BLOCK_BYTES) continue;
    await io.stdout.write(bytes(block));
    block = '';
    await nextTurn(shell);
  }
  await io.stdout.write(bytes(block));
  return 0;
};

/** `yes [WORDS]` */
export const yes: Program = async (args, io, shell) => {
  const line = `${args.length === 0 ? 'y' : args.join(' ')}\n`;
  const block = bytes(line.repeat(Math.ceil(BLOCK_BYTES / line.length)));
  for (;;) {
    await io.stdout.write(block);
    await nextTurn(shell);
  }
};
