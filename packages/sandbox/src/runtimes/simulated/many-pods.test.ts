import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../testing/many-pods.ts', import.meta.url));
const PODS = 10_000;
/** Memory limit of the process with API server, kubelet and client. */
const LIMIT_MIB = 1536;

test(`${PODS} pods run in one process`, async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    PROGRAM,
    String(PODS),
  ]);
  const { seconds, residentMiB } = JSON.parse(stdout) as { seconds: number; residentMiB: number };
  t.diagnostic(`all running after ${seconds.toFixed(1)} s, ${residentMiB.toFixed(0)} MiB resident`);
  assert.ok(residentMiB < LIMIT_MIB, `${residentMiB} MiB`);
});
