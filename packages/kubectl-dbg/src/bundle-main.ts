// The entry point of the npm package.
import { printVersion } from './launch/print-version.ts';

const argv = process.argv.slice(2);

if (!printVersion(argv)) {
  void import('./launch/start-from-cache.ts').then(({ startFromCache }) => startFromCache(__dirname, argv));
}
