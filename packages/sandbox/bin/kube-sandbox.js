#!/usr/bin/env node
// Stands in the repository, unlike the bundle, so that npm can link it before there is a build.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program);
} else {
  process.stderr.write('error: kube-sandbox is not built yet: run npm run build in the clone\n');
  process.exitCode = 69;
}
