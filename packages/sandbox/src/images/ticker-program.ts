import { type Architecture, knownArchitecture, staticProgram } from '../host/static-program.ts';

/** An endless loop of `write(1, TEXT, length); nanosleep({1, 0}, NULL)`. `text` and `time` are offsets of the data. */
const CODE: Readonly<Record<Architecture, (text: number, time: number, length: number) => Buffer>> = {
  x64(text, time, length) {
    const code = Buffer.from([
      0xb8,
      1,
      0,
      0,
      0, // mov eax, write
      0xbf,
      1,
      0,
      0,
      0, // mov edi, 1
      0x48,
      0x8d,
      0x35,
      0,
      0,
      0,
      0, // lea rsi, [rip + text]
      0xba,
      0,
      0,
      0,
      0, // mov edx, length
      0x0f,
      0x05, // syscall
      0xb8,
      35,
      0,
      0,
      0, // mov eax, nanosleep
      0x48,
      0x8d,
      0x3d,
      0,
      0,
      0,
      0, // lea rdi, [rip + time]
      0x31,
      0xf6, // xor esi, esi
      0x0f,
      0x05, // syscall
      0xeb,
      0xd6, // jmp to the start
    ]);
    code.writeInt32LE(code.length + text - 17, 13);
    code.writeUInt32LE(length, 18);
    code.writeInt32LE(code.length + time - 36, 32);
    return code;
  },
  arm64(text, time, length) {
    const movz = (register: number, value: number): number => 0xd2800000 + value * 32 + register;
    const adr = (register: number, distance: number): number =>
      0x10000000 + (distance % 4) * 0x20000000 + Math.floor(distance / 4) * 32 + register;
    const size = 9 * 4;
    const words = [
      movz(0, 1),
      adr(1, size + text - 4),
      movz(2, length),
      movz(8, 64), // write
      0xd4000001, // svc 0
      adr(0, size + time - 20),
      movz(1, 0),
      movz(8, 101), // nanosleep
      0xd4000001, // svc 0
    ];
    const code = Buffer.alloc(size + 4);
    for (const [index, word] of words.entries()) code.writeUInt32LE(word >>> 0, index * 4);
    code.writeUInt32LE(0x17fffff7, size); // b to the start
    return code;
  },
};

/** A static program that prints `line` once a second, made without a compiler. */
export function tickerProgram(architecture: string, line: string): Buffer {
  const known = knownArchitecture(architecture);
  const text = Buffer.from(`${line}\n`);
  const time = Buffer.alloc(16);
  time.writeBigInt64LE(1n, 0);
  // Offsets on arm64 are relative to the last instruction but one, where the jump is.
  const jump = known === 'arm64' ? 4 : 0;
  const code = CODE[known](time.length + jump, jump, text.length);
  return staticProgram(known, Buffer.concat([code, time, text]));
}
