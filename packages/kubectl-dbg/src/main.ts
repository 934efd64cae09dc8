#!/usr/bin/env node
// The program from its source, and with Bun inside; the npm package begins with bundle-main.ts.
import { printVersion } from './launch/print-version.ts';

const argv = process.argv.slice(2);

if (!printVersion(argv)) void import('./launch/start.ts').then(async ({ start }) => await start(argv));
