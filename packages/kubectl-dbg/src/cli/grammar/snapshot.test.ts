import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { planEphemeral } from '../../plan/ephemeral.ts';
import { PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import { wordsOf } from '../messages/words-of.ts';
import { renderProfiles } from '../present/profiles.ts';
import { parseTarget, type TargetKind } from '../../targets/parse-target.ts';
import { DbgError } from '../../model/failure.ts';
import { EXAMPLES } from './examples.ts';
import { flags } from './flags.ts';
import { renderHelp } from './help.ts';
import { parse } from './parse.ts';
import { makeRequest } from './request.ts';

/** Compares with a file in fixtures/, or writes it when UPDATE_SNAPSHOTS is set. */
function assertSnapshot(name: string, text: string): void {
  const file = new URL(`fixtures/${name}`, import.meta.url);
  if (process.env['UPDATE_SNAPSHOTS'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

test('the help text', () => assertSnapshot('help.txt', renderHelp()));

test('the help text fits the width of the terminal', () => {
  for (const columns of [60, 80, 120]) {
    const prose = renderHelp(columns)
      .split('\n')
      .filter((line) => !line.startsWith('  kubectl dbg') && !line.startsWith('  # '));
    for (const line of prose) assert.ok(line.length <= columns, `${line.length} > ${columns}: ${line}`);
  }
});

test('the help text contains every flag once', () => {
  const lines = renderHelp().split('\n');
  for (const { name } of flags) {
    const titles = lines.filter((line) => new RegExp(`^ {2}(-., | {4})--${name}( |=|$)`).test(line));
    assert.equal(titles.length, 1, name);
  }
});

test('the list of profiles', () => {
  const names = ['general', 'baseline', 'restricted', 'netadmin', 'sysadmin', 'auto', 'legacy'];
  assertSnapshot('profiles.txt', [undefined, ...names].map((name) => renderProfiles(name)).join('\n'));
  assert.throws(() => renderProfiles('nope'), DbgError);
});

for (const { line } of EXAMPLES) {
  test(`example: kubectl dbg ${line}`, () => {
    const parsed = parse(line.split(' '));
    const kinds: TargetKind[] = parsed.targets.map((word) => parseTarget(word).kind);
    makeRequest(parsed, {
      kinds: kinds.length === 0 ? ['Pod'] : kinds,
      defaultImage: 'busybox',
      interactive: false,
    });
  });
}

/** Invalid command lines, with a mistake each; the snapshot contains the messages. */
const MISTAKES = [
  '',
  'web --imag=x',
  'web -z',
  'web -c',
  'web --attach=maybe',
  'web --no-tty',
  'pod web',
  'a/b/c',
  'foo/x',
  '--image=B web',
  'web --image=',
  'web -t',
  'web --profile=sysadm',
  'web --image-pull-policy=always',
  'web --env=A',
  'web --replace',
  'web --keep-labels',
  'web --host-shell',
  'web --node=n1',
  'web --copy-to=c',
  'web --copy-to=c -- sh',
  'web --copy-to=C_ --image=b',
  'web --copy-to=c --image=b --target=app',
  'web --copy-to=c --image=b --as-target',
  'web --copy-to=c --image=b --same-node --node=n1',
  'web --copy-to=c --set-image=app=B',
  'pod/a pod/b --copy-to=c --image=b',
  '-l app=web --copy-to=c --image=b',
  'node/n1 --target=app',
  'node/n1 --copy-to=c --image=b',
  'web -c A_b',
  'web --cap-add=!',
  'web --run-as=root',
  'web --dry-run=maybe',
  'web -o yaml',
  'web -f pod.yaml',
  'web -l app=web',
  '-A web',
  'web --via=ssh',
  'web --rm',
  'node/n1 --rm --attach=false',
];

test('refusals of the command line', async () => {
  const told: string[] = [];
  for (const line of MISTAKES) {
    const argv = line === '' ? [] : line.split(' ');
    try {
      const parsed = parse(argv);
      const kinds = parsed.targets.map((word) => parseTarget(word).kind);
      makeRequest(parsed, { kinds, defaultImage: 'busybox', interactive: false });
    } catch (error) {
      assert.ok(error instanceof DbgError && error.kind === 'usage', line);
      const { message, remedy = '(no remedy)' } = await wordsOf(error, PLAIN_COMMANDS);
      told.push(`$ kubectl dbg ${line}\n${message}\n  ${remedy}\n`);
      continue;
    }
    assert.fail(`kubectl dbg ${line} was accepted`);
  }
  assertSnapshot('refusals.txt', told.join('\n'));
});

test('a terminal makes a session interactive, unless the command line says otherwise', () => {
  const pod = { metadata: { name: 'web' }, spec: { containers: [{ name: 'app' }] } };
  const rows: [string[], boolean, boolean, boolean][] = [
    [['web'], true, true, true],
    [['web', '-i'], true, true, false],
    [['web', '-t'], true, true, true],
    [['web', '-i=false'], true, false, false],
    [['web', '-t=false'], true, true, false],
    [['web', '--attach=false'], false, false, false],
    [['web', '-it', '--attach=false'], false, true, true],
  ];
  for (const [argv, attach, stdin, tty] of rows) {
    const request = makeRequest(parse(argv), { kinds: ['Pod'], defaultImage: 'b', interactive: true });
    assert.deepEqual([request.attach, request.stdin, request.tty], [attach, stdin, tty], argv.join(' '));
    const { session } = planEphemeral(request, pod, () => 0);
    assert.deepEqual([session?.stdin, session?.tty], [stdin, tty]);
  }
});
