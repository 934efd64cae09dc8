import { execFileSync } from 'node:child_process';

/** The absolute paths of a program's shared libraries and its dynamic linker; none for a static program. */
export function sharedLibraries(program: string): string[] {
  let output: string;
  try {
    output = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return [];
  }
  return [...output.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
}
