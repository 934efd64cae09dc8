#!/usr/bin/env node
// The program that kubectl asks for the completions of `kubectl dbg`: it must be called kubectl_complete-dbg.
import { realWorld } from './cli/real-world.ts';
import { COMPLETE, run } from './cli/run.ts';
import { endOnBrokenPipe } from './launch/end-on-broken-pipe.ts';

void run([COMPLETE, ...process.argv.slice(2)], realWorld(endOnBrokenPipe)).then((code) => {
  process.exitCode = code;
});
