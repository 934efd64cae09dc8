#!/usr/bin/env node
// The entry point from source, and for the executables with Bun; the npm package starts with bundle-main.ts.
import { printVersion } from './launch/print-version.ts';

/** kubectl calls a program of this name for completions; a release has a link of that name to its only program. */
const COMPLETES = /kubectl_complete-dbg(?:\.exe)?$/;

const words = process.argv.slice(2);
const argv = COMPLETES.test(process.argv0) ? ['__complete', ...words] : words;

if (!printVersion(argv)) void import('./launch/start.ts').then(async ({ start }) => await start(argv));
