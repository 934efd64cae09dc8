import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { World } from '../model/world.ts';

/** What a test may set of its world, and what it can read of it afterwards. */
export interface TestWorld extends World {
  /** All that was written so far. */
  errors(): string;
  output(): string;
}

/** A name that nobody else has thought of. */
const ABSENT_HOME = join(tmpdir(), `kubectl-dbg-no-home-${randomUUID()}`);

/** A world without a home, environment or terminal, whose streams are in memory. */
export function testWorld(overrides: Partial<World> = {}): TestWorld {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const collected = { stdout: '', stderr: '' };
  stdout.on('data', (chunk: Buffer) => {
    collected.stdout += chunk.toString('utf8');
  });
  stderr.on('data', (chunk: Buffer) => {
    collected.stderr += chunk.toString('utf8');
  });
  return {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    home: ABSENT_HOME,
    cwd: '/',
    platform: 'linux',
    now: () => Date.now(),
    randomInt: () => 0,
    onSignal: () => () => undefined,
    onOutputError: () => () => undefined,
    onUncaughtError: () => () => undefined,
    signalGroup: (leader, signal) => {
      process.kill(-leader, signal);
    },
    isForeground: () => Promise.resolve(true),
    suspend: () => undefined,
    errors: () => collected.stderr,
    output: () => collected.stdout,
    ...overrides,
  };
}
