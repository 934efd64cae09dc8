// Installs everything that the project needs on this machine, and prints what it installs: `npm run setup`.
import { fileURLToPath } from 'node:url';
import { getTestPrograms } from './debian-packages.mjs';
import { setUp } from './set-up.mjs';

await setUp({
  root: fileURLToPath(new URL('..', import.meta.url)),
  build: true,
  packages: true,
  asked: true,
});
getTestPrograms((line) => process.stderr.write(`set-up: ${line}\n`));
const { missingForRealContainers } = await import('../packages/sandbox/dist/index.js');
const missing = missingForRealContainers();
process.stderr.write(
  `set-up: done; containers ${missing === undefined ? 'are real' : `are simulated: ${missing}`}\n`,
);
