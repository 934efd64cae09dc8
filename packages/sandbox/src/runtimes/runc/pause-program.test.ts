import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tickerProgram } from '../../images/ticker-program.ts';
import { pauseProgram } from './pause-program.ts';

const runs = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
const skip = runs ? false : `no programs are made for ${process.platform} on ${process.arch}`;

for (const architecture of ['x64', 'arm64']) {
  test(`programs for ${architecture} are valid ELF files`, () => {
    for (const program of [pauseProgram(architecture), tickerProgram(architecture, 'line')]) {
      assert.equal(program.toString('latin1', 1, 4), 'ELF');
      // The only segment is the complete file.
      assert.equal(program.readBigUInt64LE(64 + 32), BigInt(program.length));
    }
  });
}

test('refuses other architectures', () => {
  assert.throws(() => pauseProgram('mips'), /architecture mips/);
});

test('the ticker prints its line every second; pause waits and reaps', { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-elf-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const start = (name: string, program: Buffer) => {
    const path = join(directory, name);
    writeFileSync(path, program, { mode: 0o755 });
    return spawn(path, { stdio: ['ignore', 'pipe', 'inherit'] });
  };
  const pause = start('pause', pauseProgram(process.arch));
  const ticker = start('ticker', tickerProgram(process.arch, 'a line'));
  let text = '';
  const begin = performance.now();
  ticker.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  while (text.length < 2 * 'a line\n'.length) await once(ticker.stdout, 'data');
  assert.equal(text, 'a line\na line\n');
  assert.equal(performance.now() - begin > 900, true, 'a second apart');
  ticker.kill('SIGKILL');
  assert.equal(pause.exitCode, null);
  pause.kill('SIGTERM');
  assert.deepEqual(await once(pause, 'exit'), [null, 'SIGTERM']);
});
