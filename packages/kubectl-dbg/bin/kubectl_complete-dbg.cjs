#!/usr/bin/env node
// Stands in the repository, unlike the bundle, so that npm can link it before there is a build.
try {
  require('../dist/complete.cjs');
} catch (error) {
  if (require('node:fs').existsSync(`${__dirname}/../dist/complete.cjs`)) throw error;
  process.stderr.write('error: kubectl-dbg is not built yet: run npm run build in the clone\n');
  process.exitCode = 69;
}
