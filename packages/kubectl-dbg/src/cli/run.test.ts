import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProfiles } from './present/profiles.ts';
import { testWorld } from '../testing/test-world.ts';
import { loadCommand } from './commands/registry.ts';
import { commandOf, renderHelp, SUBCOMMANDS, type Subcommand } from './grammar/index.ts';
import { run } from './run.ts';

async function outputOf(...argv: string[]): Promise<string> {
  const world = testWorld();
  assert.equal(await run(argv, world), 0, world.errors());
  return world.output();
}

test('prints the text of commands that need no cluster', async () => {
  assert.equal(await outputOf('--help'), renderHelp());
  assert.equal(await outputOf('web', '-h'), renderHelp());
  assert.equal(await outputOf('help'), renderHelp());
  assert.equal(await outputOf('profiles', 'auto'), renderProfiles('auto'));
  assert.match(await outputOf('completion', 'bash'), /complete -F/);
  assert.match(await outputOf('version'), /^kubectl-dbg \d+\.\d+\.\d+\n$/);
  assert.match(await outputOf('-v=6', '--version'), /^kubectl-dbg \d/);
});

test('each other command has its own help', async () => {
  const help = await outputOf('profiles', '--help');
  assert.match(help, /^Show what each security profile does[^]*Usage:\n {2}kubectl dbg profiles \[NAME\]\n/);
  assert.doesNotMatch(help, /--copy-to/);
});

for (const name of Object.keys(SUBCOMMANDS)) {
  test(`${name} is a command only as the first argument; pod/${name} is a pod`, async () => {
    const { usage, examples = [] } = await loadCommand(name as Subcommand);
    for (const line of [...usage, ...examples.map((example) => example.line)]) {
      assert.ok(line.startsWith(name), `after "kubectl dbg": ${line}`);
    }
    assert.equal(commandOf([name]), name);
    assert.equal(commandOf(['-n', 'version', name]), name);
    assert.equal(commandOf([`pod/${name}`]), 'debug');
    assert.equal(commandOf(['web', name]), 'debug');
  });
}

test('reports a mistake in the arguments of a command', async () => {
  const world = testWorld();
  assert.equal(await run(['version', 'now'], world), 64);
  assert.equal(
    world.errors(),
    'error: "version" takes no arguments. For a pod of that name, use pod/version\n',
  );
});
