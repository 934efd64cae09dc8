import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { childDuplex } from './child-duplex.ts';

function run(script: string) {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  return { child, duplex: childDuplex(child) };
}

test('carries data in both directions, and each can end on its own', async () => {
  const { duplex } = run('cat; echo end');
  duplex.end('x'.repeat(500_000));
  assert.equal(await text(duplex), `${'x'.repeat(500_000)}end\n`);
});

test('delivers the complete output of a child that does not read', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { duplex } = run('exec <&-; seq 1 2000');
    duplex.write('nobody reads this');
    const output = await text(duplex);
    assert.equal(output.split('\n').length, 2001);
  }
});

test('destroy kills the child', async () => {
  const { child, duplex } = run('exec sleep 60');
  duplex.destroy();
  const [, signal] = (await once(child, 'exit')) as [number | null, string];
  assert.equal(signal, 'SIGTERM');
});
