// `npm run streams -- [DIR]`: replays recorded streams with the code of sessions.
import { FIXTURES, playDirectory } from './run.ts';

const directory = process.argv[2] ?? FIXTURES;
let passed = 0;
let failed = 0;
for await (const { name, failure, remark, skipped } of playDirectory(directory)) {
  if (skipped !== undefined) {
    console.log(`skipped ${name}: ${skipped}`);
    continue;
  }
  if (failure === undefined) passed += 1;
  else failed += 1;
  if (failure !== undefined) console.log(`failed ${name}: ${failure}`);
  if (remark !== undefined) console.log(`${failure === undefined ? 'passed' : '      '} ${name} (${remark})`);
}
if (passed + failed === 0) console.log(`no recording (*.json or *.json.gz) in ${directory}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
