import { type Architecture, knownArchitecture, staticProgram } from '../../host/static-program.ts';

/**
 * Machine code that ignores SIGCHLD, so that the kernel reaps orphans, and then waits forever.
 *
 * x64: rt_sigaction(SIGCHLD, &{SIG_IGN}, NULL, 8), then pause() in a loop.
 * arm64, which has no pause(): the same with ppoll(NULL, 0, NULL, NULL).
 */
const CODE: Readonly<Record<Architecture, readonly number[]>> = {
  x64: [
    0x48,
    0x83,
    0xec,
    0x40, // sub rsp, 64
    0x48,
    0xc7,
    0x04,
    0x24,
    1,
    0,
    0,
    0, // mov qword [rsp], SIG_IGN
    0x31,
    0xc0, // xor eax, eax
    0x48,
    0x89,
    0x44,
    0x24,
    8, // mov [rsp+8], rax
    0x48,
    0x89,
    0x44,
    0x24,
    16, // mov [rsp+16], rax
    0x48,
    0x89,
    0x44,
    0x24,
    24, // mov [rsp+24], rax
    0xbf,
    17,
    0,
    0,
    0, // mov edi, SIGCHLD
    0x48,
    0x89,
    0xe6, // mov rsi, rsp
    0x31,
    0xd2, // xor edx, edx
    0x41,
    0xba,
    8,
    0,
    0,
    0, // mov r10d, 8
    0xb8,
    13,
    0,
    0,
    0, // mov eax, rt_sigaction
    0x0f,
    0x05, // syscall
    0xb8,
    34,
    0,
    0,
    0, // mov eax, pause
    0x0f,
    0x05, // syscall
    0xeb,
    0xf7, // jmp back to the mov
  ],
  arm64: [
    0xff,
    0x03,
    0x01,
    0xd1, // sub sp, sp, #64
    0x20,
    0x00,
    0x80,
    0xd2, // mov x0, SIG_IGN
    0xe0,
    0x7f,
    0x00,
    0xa9, // stp x0, xzr, [sp]
    0xff,
    0x7f,
    0x01,
    0xa9, // stp xzr, xzr, [sp, #16]
    0x20,
    0x02,
    0x80,
    0xd2, // mov x0, SIGCHLD
    0xe1,
    0x03,
    0x00,
    0x91, // mov x1, sp
    0x02,
    0x00,
    0x80,
    0xd2, // mov x2, 0
    0x03,
    0x01,
    0x80,
    0xd2, // mov x3, 8
    0xc8,
    0x10,
    0x80,
    0xd2, // mov x8, rt_sigaction (134)
    0x01,
    0x00,
    0x00,
    0xd4, // svc 0
    0x00,
    0x00,
    0x80,
    0xd2, // mov x0, 0
    0x01,
    0x00,
    0x80,
    0xd2, // mov x1, 0
    0x02,
    0x00,
    0x80,
    0xd2, // mov x2, 0
    0x03,
    0x00,
    0x80,
    0xd2, // mov x3, 0
    0x28,
    0x09,
    0x80,
    0xd2, // mov x8, ppoll (73)
    0x01,
    0x00,
    0x00,
    0xd4, // svc 0
    0xfa,
    0xff,
    0xff,
    0x17, // b back to the zeroing of x0
  ],
};

/** A static program of about 180 bytes that holds a pod's namespaces, like `/pause` on a real node. */
export function pauseProgram(architecture: string): Buffer {
  const known = knownArchitecture(architecture);
  return staticProgram(known, Buffer.from(CODE[known]));
}
