import { bytes, type Program } from './program.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const ESCAPE = /\\(?:0?([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([abefnrtv\\]))/g;
const CONVERSION = /%(?:(%)|(-?)(0?)(\d*)(?:\.(\d+))?([sdiuxXocb]))/g;

/** `echo [-neE] WORDS` */
export const echo: Program = async (args, io) => {
  let start = 0;
  let newline = true;
  let escapes = false;
  while (/^-[neE]+$/.test(args[start] ?? '')) {
    const option = args[start] ?? '';
    if (option.includes('n')) newline = false;
    if (option.includes('e')) escapes = true;
    start += 1;
  }
  const text = args.slice(start).join(' ');
  await io.stdout.write(bytes((escapes ? unescape(text) : text) + (newline ? '\n' : '')));
  return 0;
};

/** `printf FORMAT [ARGUMENTS]`: the format is reused while there are arguments. */
export const printf: Program = async ([format = '', ...args], io) => {
  let at = 0;
  let output = '';
  do {
    const before = at;
    output += unescape(format).replaceAll(
      CONVERSION,
      (
        _all,
        percent,
        left: string,
        zero: string,
        width: string,
        precision: string | undefined,
        kind: string,
      ) => {
        if (percent !== undefined) return '%';
        const argument = args[at] ?? '';
        at += 1;
        const text = convert(kind, argument).slice(
          0,
          kind === 's' && precision !== undefined ? Number(precision) : undefined,
        );
        if (left === '-') return text.padEnd(Number(width));
        return text.padStart(Number(width), zero === '0' && kind !== 's' ? '0' : ' ');
      },
    );
    if (at === before) break;
  } while (at < args.length);
  await io.stdout.write(bytes(output));
  return 0;
};

function convert(kind: string, argument: string): string {
  switch (kind) {
    case 's':
      return argument;
    case 'b':
      return unescape(argument);
    case 'c':
      return argument.slice(0, 1);
    case 'x':
      return Number(argument).toString(16);
    case 'X':
      return Number(argument).toString(16).toUpperCase();
    case 'o':
      return Number(argument).toString(8);
    default:
      return String(Math.trunc(Number(argument)) || 0);
  }
}

function unescape(text: string): string {
  return text.replaceAll(
    ESCAPE,
    (_all, octal: string | undefined, hex: string | undefined, letter: string | undefined) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return SIMPLE_ESCAPES[letter ?? ''] ?? '';
    },
  );
}
