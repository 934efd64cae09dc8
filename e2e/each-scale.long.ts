// `kubectl dbg each` in ten thousand simulated pods in 50 namespaces. One in a hundred fails in each possible way, connections
// are cut, the server is busy at times, and the program is killed and resumed. Takes ten minutes on two cores.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { keyOf } from './each-scale/fleet.ts';
import { checkReport } from './each-scale/expect.ts';
import { checkCost, MAX_OUTPUT, scaleWorld } from './each-scale/scale-world.ts';

const FEW = Number(process.env.KUBECTL_DBG_SCALE_FEW ?? 1_000);
const MANY = Number(process.env.KUBECTL_DBG_SCALE_MANY ?? 10_000);
const NAMESPACES = 50;

/** CPU time for ten times the targets: at most eleven times as much. */
const GROWTH = 1.1;

/** CPU time of the program per target, in seconds. */
const CPU_A_TARGET = 0.025;

interface Cost {
  targets: number;
  seconds: number;
  cpuSeconds: number;
  peakMiB: number;
  requests: number;
}

const costs: Cost[] = [];

test(`${FEW} pods in one run`, async (context) => {
  const world = await scaleWorld(FEW, NAMESPACES);
  context.after(() => world.stop());
  const run = await world.run(['--run-timeout=40s']);
  assert.equal(run.code, 2, run.stderr);
  checkReport(world.report(), world.members, { maxOutput: MAX_OUTPUT });
  // While the last ones sleep until their timeout, the watch is silent and they are read: this adds a few requests, which
  // matter more for a small fleet.
  checkCost(run, FEW, 2.15);
  tell(context, { targets: FEW, ...run });
});

test(`${MANY} pods, with the program killed and resumed`, async (context) => {
  const world = await scaleWorld(MANY, NAMESPACES);
  context.after(() => world.stop());
  const directory = join(world.directory, 'run');
  const journal = join(directory, 'journal.ndjson');
  const half = MANY * 0.4;
  const first = await world.run(['--run-timeout=40s', `--output-dir=${directory}`], {
    whileRunning: (pid) => {
      if (existsSync(journal) && events(journal, 'result').length > half) process.kill(pid, 'SIGKILL');
    },
  });
  assert.equal(first.signal, 'SIGKILL', `${first.code} ${first.stderr}`);
  const done = events(journal, 'result').length;
  assert.ok(done < MANY * 0.9, `${done} had a result when it was killed`);
  const second = await world.run(['--run-timeout=40s', `--resume=${directory}`]);
  assert.equal(second.code, 2, second.stderr);

  const report = world.report();
  // A pod that was replaced meanwhile has a result for the old pod and one for the new.
  const isNew = new Set(world.members.filter(({ kind }) => kind === 'replaced').map(keyOf));
  const results = report.results.filter((result) => !isNew.has(keyOf(result)));
  const members = world.members.filter(({ kind }) => kind !== 'replaced');
  const groups = report.groups
    .map((group) => {
      const targets = group.targets.filter((name) => !isNew.has(name.split('/').slice(0, 2).join('/')));
      return { ...group, targets, count: targets.length };
    })
    .filter(({ count }) => count > 0);
  const cut = new Set(
    results.filter(({ reason, message }) => reason === 'Interrupted' && message !== undefined).map(keyOf),
  );
  assert.ok(cut.size <= 50, 'only those in flight whose pod is gone are not known');
  checkReport(
    { ...report, results: results.filter((result) => !cut.has(keyOf(result))), groups },
    members.filter((member) => !cut.has(keyOf(member))),
    {
      maxOutput: MAX_OUTPUT,
      outputs: ({ outputFile = '' }) => readFileSync(join(directory, outputFile), 'utf8'),
    },
  );
  assert.equal(new Set(report.results.map(({ uid }) => uid)).size, report.results.length, 'one result a pod');
  checkRunOnce(world.sandbox.store.list('pods'), report.run);

  const run = {
    seconds: first.seconds + second.seconds,
    cpuSeconds: first.cpuSeconds + second.cpuSeconds,
    peakMiB: Math.max(first.peakMiB, second.peakMiB),
    requests: first.requests + second.requests,
    stderr: second.stderr,
    code: second.code,
    signal: second.signal,
  };
  checkCost(run, MANY);
  tell(context, { targets: MANY, ...run });
});

test('the cost grows linearly with the number of targets', (context) => {
  const [few, many] = costs;
  if (few === undefined || many === undefined) assert.fail('a run has failed');
  const growth = many.cpuSeconds / few.cpuSeconds;
  context.diagnostic(`processor time for ${MANY} is ${growth.toFixed(1)} times that for ${FEW}`);
  assert.ok(growth <= (MANY / FEW) * GROWTH, `${growth}`);
  assert.ok(many.cpuSeconds / MANY <= CPU_A_TARGET);
});

function tell(context: TestContext, cost: Cost): void {
  costs.push(cost);
  const { targets, seconds, cpuSeconds, peakMiB, requests } = cost;
  context.diagnostic(
    `${targets} targets: ${seconds.toFixed(0)} s, ${((cpuSeconds / targets) * 1000).toFixed(1)} ms of processor time and ` +
      `${(requests / targets).toFixed(3)} requests a target, ${peakMiB.toFixed(0)} MiB at most`,
  );
}

function events(journal: string, event: string): string[] {
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`{"event":"${event}"`));
}

/** Checks that no pod has two containers of the run, or one of another run. */
function checkRunOnce(pods: readonly object[], run: string): void {
  for (const pod of pods as { spec?: { ephemeralContainers?: { name: string }[] } }[]) {
    const names = (pod.spec?.ephemeralContainers ?? []).map(({ name }) => name);
    const ours = names.filter((name) => name.startsWith('dbg-'));
    assert.ok(ours.length <= 1 && ours.every((name) => name === `dbg-${run}`), names.join(' '));
  }
}
