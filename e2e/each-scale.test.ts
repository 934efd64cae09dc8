// `kubectl dbg each` on pods with every possible failure; each-scale.long.ts does the same with many more pods.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkReport } from './each-scale/expect.ts';
import { checkCost, MAX_OUTPUT, scaleWorld, type ScaleWorld } from './each-scale/scale-world.ts';

const PODS = 300;
const NAMESPACES = 6;

const skip = process.platform === 'linux' ? false : 'the cost of a process is read from /proc';

let world: ScaleWorld;
before(async () => {
  if (skip === false) world = await scaleWorld(PODS, NAMESPACES);
});
after(async () => await world?.stop());

test('every target has the right result and output, whatever happens to it', { skip }, async () => {
  const run = await world.run(['--run-timeout=5s']);
  assert.equal(run.code, 2);
  checkReport(world.report(), world.members, { maxOutput: MAX_OUTPUT });
  // A cut connection affects all running targets, which are a large fraction of so few.
  checkCost(run, PODS, 2.5);
});
