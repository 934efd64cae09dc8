import { writeFile } from 'node:fs/promises';
import type { Result } from './trial.ts';

/** Writes the table of attacks as Markdown. */
export async function writeReport(
  file: string,
  rows: readonly { name: string; result: Result }[],
): Promise<void> {
  const lines = rows.map(({ name, result: { peak, took, signalled, code, stderr } }) => {
    const time = `${Math.round(took)} ms`;
    const [own, obeyed] = signalled ? ['goes on', time] : [time, ''];
    return `| ${cell(name)} | ${peak ?? '?'} MB | ${own} | ${obeyed} | ${code} | ${cell(lastWords(stderr))} |`;
  });
  await writeFile(file, `${HEAD}${lines.join('\n')}\n`);
}

/** The last message to the user, without the trace of requests. */
function lastWords(stderr: string): string {
  const words = stderr
    .trim()
    .split('\n')
    .filter((line) => !/^(GET|POST|PATCH|connection)\b/i.test(line));
  return (words.at(-1) ?? '')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/debugger-\w+/g, 'debugger-x')
    .replaceAll(/\/tmp\/\S+?(?=[:\s]|$)/g, 'FILE')
    .slice(0, 200);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}

const HEAD = `# Against malicious servers and files

The built program as a child of \`e2e/hostile.test.ts\`, which plays each attack; \`npm run hostile\` writes this page. An
attack goes on for 1.5 seconds; a program that has not ended by itself gets SIGTERM then, and has a second. The limits are
300 MB of resident memory at any time (Node.js itself takes 50 to 60), one second for the signal, and no raw control
character outside of the container's own output.

Figures above a second come from other work on the machine.

Decoders are fuzzed with inputs built of their own pieces (\`npm run fuzz\`). Coverage-guided fuzzing (jsfuzz, three minutes
each) found nothing more in them: 1.8 million inputs of SPDY frames, with no new coverage after the first 131,000, and 17,500 of
watch lines, with none after the first 6,800. So it is not a part of the project.

| attack | peak memory | own end after | SIGTERM obeyed after | exit code | last words |
| --- | ---: | ---: | ---: | ---: | --- |
`;
