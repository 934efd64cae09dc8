#!/usr/bin/env node
// The program that kubectl calls for completions of `kubectl dbg`: its name must be kubectl_complete-dbg.
import { realWorld } from './launch/real-world.ts';
import { COMPLETE, run } from './cli/run.ts';

void run([COMPLETE, ...process.argv.slice(2)], realWorld()).then((code) => {
  process.exitCode = code;
});
