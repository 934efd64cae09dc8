/** ELF constants. Source: System V ABI, and the Linux system call tables of each architecture. */
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const LOAD_ADDRESS = 0x400000n;
/** `e_machine` of the supported architectures. */
const MACHINES = { x64: 62, arm64: 183 } as const;

export type Architecture = keyof typeof MACHINES;

/** @throws Error if the architecture is not supported */
export function knownArchitecture(name: string): Architecture {
  if (name === 'x64' || name === 'arm64') return name;
  throw new Error(`no machine code is known here for the architecture ${name}`);
}

/** Wraps machine code in an ELF file with one segment: a static program. */
export function staticProgram(architecture: Architecture, code: Buffer): Buffer {
  const start = HEADER_BYTES + PROGRAM_HEADER_BYTES;
  const file = Buffer.alloc(start + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // 64 bits, little-endian, version 1
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(MACHINES[architecture], 18);
  file.writeUInt32LE(1, 20); // version
  file.writeBigUInt64LE(LOAD_ADDRESS + BigInt(start), 24); // entry
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32); // program headers
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  file.writeUInt16LE(1, 56);
  const program = file.subarray(HEADER_BYTES);
  program.writeUInt32LE(1, 0); // PT_LOAD
  program.writeUInt32LE(5, 4); // readable, executable
  program.writeBigUInt64LE(LOAD_ADDRESS, 16);
  program.writeBigUInt64LE(LOAD_ADDRESS, 24);
  program.writeBigUInt64LE(BigInt(file.length), 32);
  program.writeBigUInt64LE(BigInt(file.length), 40);
  program.writeBigUInt64LE(0x1000n, 48); // alignment: a page
  code.copy(file, start);
  return file;
}
