import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { World } from '../model/world.ts';

/** A world that a test can modify and examine. */
export interface TestWorld extends World {
  /** Everything written to stderr so far. */
  errors(): string;
  output(): string;
}

/** A name that does not exist. */
const ABSENT_HOME = join(tmpdir(), `kubectl-dbg-no-home-${randomUUID()}`);

/** A world without home directory, environment or terminal, with streams in memory. */
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
    passOutput: () => () => undefined,
    suspend: () => undefined,
    errors: () => collected.stderr,
    output: () => collected.stdout,
    ...overrides,
  };
}
