import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FIXTURES, PROJECT } from './fixtures.ts';
import { loadRecordings } from './load.ts';
import { markdownReport, textReport } from './report.ts';
import { runConformance } from './run.ts';

/** `conformance [DIR] [--only=PART] [--runtime=runc|simulated]`: replays recordings and reports. */
async function main(args: readonly string[]): Promise<number> {
  const directory = args.find((arg) => !arg.startsWith('--'));
  const only = option(args, 'only');
  const runtime = option(args, 'runtime') as 'runc' | 'simulated' | undefined;
  const recordings = loadRecordings(resolve(directory ?? FIXTURES)).filter(
    ({ name }) => only === undefined || only.split(',').some((part) => name.includes(part)),
  );
  if (recordings.length === 0) {
    process.stderr.write('no recordings found\n');
    return 1;
  }
  const { results, runtime: used } = await runConformance(recordings, {
    ...(runtime === undefined ? {} : { runtime }),
    onResult: ({ recording, outcome }) =>
      process.stderr.write(`${outcome === 'failed' ? '✗' : '✓'} ${recording.name}\n`),
  });
  if (directory === undefined && only === undefined) {
    writeFileSync(join(PROJECT, 'docs', 'reports', 'conformance.md'), markdownReport(results, used));
  }
  process.stdout.write(`${textReport(results)}\n`);
  return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

function option(args: readonly string[], name: string): string | undefined {
  return args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

process.exitCode = await main(process.argv.slice(2));
