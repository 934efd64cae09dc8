import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DbgError } from '../../model/failure.ts';
import { flags } from './flags.ts';
import { parse, type ParsedArguments } from './parse.ts';
import { told } from '../../testing/told.ts';

const rows: [string, string[], Partial<ParsedArguments>][] = [
  [
    'a pod with the name of a command',
    ['version', '--', 'hostname'],
    { command: 'debug', targets: ['version'], words: ['hostname'] },
  ],
  ['a command', ['profiles', 'general'], { command: 'profiles', targets: ['general'] }],
  [
    'flags after the pod',
    ['web', '-it', '--image=busybox'],
    { targets: ['web'], options: { stdin: true, tty: true, image: 'busybox' } },
  ],
  [
    'a value in the next word',
    ['--image', 'busybox', 'web'],
    { targets: ['web'], options: { image: 'busybox' } },
  ],
  [
    'combined short flags with a value',
    ['-itcname', 'web'],
    { options: { stdin: true, tty: true, container: 'name' } },
  ],
  [
    'a short flag with an equals sign',
    ['-c=name', '-i=1', 'web'],
    { options: { container: 'name', stdin: true } },
  ],
  ['a short flag whose value is an equals sign', ['-c=', 'web'], { options: { container: '=' } }],
  [
    'underscores as dashes',
    ['--image_pull_policy', 'Always', 'web'],
    { options: { imagePullPolicy: 'Always' } },
  ],
  [
    'boolean forms',
    ['-i=false', '--tty=T', '--quiet=0', 'web'],
    { options: { stdin: false, tty: true, quiet: false } },
  ],
  [
    'a boolean flag does not take the next word',
    ['--attach', 'web'],
    { targets: ['web'], options: { attach: true } },
  ],
  ['the last value wins', ['--image=a', '--image=b', 'web'], { options: { image: 'b' } }],
  ['lists of comma-separated values', ['-f', 'a,b', '-f=c'], { options: { filename: ['a', 'b', 'c'] } }],
  [
    'repeated whole values',
    ['--as-group=a,b', '--as-group', 'c', 'web'],
    { options: { asGroup: ['a,b', 'c'] } },
  ],
  [
    'words after --',
    ['web', '--', 'sh', '-c', 'x', '--'],
    { targets: ['web'], words: ['sh', '-c', 'x', '--'] },
  ],
  ['nothing after --', ['web', '--'], { targets: ['web'], words: [] }],
  ['only a command', ['--', 'web'], { targets: [], words: ['web'] }],
  ['two pods before --', ['a', 'b', '--', 'sh'], { targets: ['a', 'b'], words: ['sh'] }],
  [
    '-- as a value',
    ['--container', '--', 'web', 'ls'],
    { targets: ['web'], words: ['ls'], options: { container: '--' } },
  ],
  [
    'a command without --',
    ['web', 'ls', '-la', '--image=x'],
    { targets: ['web'], words: ['ls', '-la', '--image=x'], options: {} },
  ],
  ['flags before a command without --', ['-it', 'web', '-m', 'x', 'ls'], { targets: ['web'], words: ['ls'] }],
  [
    'several typed targets',
    ['pod/a', 'pod/b', '-q'],
    { targets: ['pod/a', 'pod/b'], words: [], options: { quiet: true } },
  ],
  [
    "the proposal's pod by -p",
    ['-it', '-p', 'pod/web', 'ip', '-a'],
    { targets: ['pod/web'], words: ['ip', '-a'], options: { stdin: true, tty: true } },
  ],
  ['-p with a container', ['-p', 'app', 'web'], { targets: ['web'], options: { target: 'app' } }],
  [
    'a flag with an optional value',
    ['--dry-run', 'web', '--dry-run=server'],
    { targets: ['web'], options: { dryRun: 'server' } },
  ],
  ['a lone dash', ['-f', '-'], { options: { filename: ['-'] } }],
  ['another command', ['-q', 'profiles', 'general'], { command: 'profiles', targets: ['general'] }],
  ['a pod called like a command', ['pod/profiles'], { command: 'debug', targets: ['pod/profiles'] }],
  ['verbosity', ['-v6', '--v=8', 'web'], { options: { v: 8 } }],
];

for (const [name, argv, expected] of rows) {
  test(`parse: ${name}`, () => {
    const parsed = parse(argv);
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(parsed[key as keyof ParsedArguments], value, key);
    }
  });
}

const refused: [string[], string, string?][] = [
  [['web', '--imag', 'x'], 'unknown flag: --imag', 'Did you mean --image?'],
  [['web', '--tagret=x'], 'unknown flag: --tagret', 'Did you mean --target?'],
  [['web', '--no-attach'], 'unknown flag: --no-attach', 'Write --attach=false'],
  [['web', '--zzzzzzzz'], 'unknown flag: --zzzzzzzz', "See 'kubectl dbg --help'"],
  [['web', '-itz'], "unknown shorthand flag: 'z' in -z"],
  [['web', '-c'], "flag needs an argument: 'c' in -c"],
  [['web', '--target'], 'flag needs an argument: --target'],
  [['web', '--=x'], 'bad flag syntax: --=x'],
  [['web', '---x'], 'bad flag syntax: ---x'],
  [
    ['web', '-i=maybe'],
    'invalid argument "maybe" for "-i, --stdin" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [['web', '-v=x'], 'invalid argument "x" for "-v, --v" flag: strconv.ParseInt: parsing "x": invalid syntax'],
  [['-p', 'pod/web', 'other', '--', 'ls'], '-p pod/web names a pod, and other another target'],
  [['pod', 'web'], '"pod web" names no target'],
];

for (const [argv, message, remedy] of refused) {
  test(`parse refuses ${argv.join(' ')}`, () => {
    assert.throws(
      () => parse(argv),
      (error) => {
        assert.ok(error instanceof DbgError);
        assert.equal(error.kind, 'usage');
        assert.equal(error.message, message);
        if (remedy !== undefined) assert.equal(told(error).remedy, remedy);
        return true;
      },
    );
  });
}

test('flag names and short letters are unique', () => {
  const names = flags.flatMap(({ name, short }) =>
    short === undefined || short === name ? [name] : [name, short],
  );
  assert.equal(new Set(names).size, names.length);
});

test('parse: words after -- are unchanged, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      assert.deepEqual(parse(['web', '--', ...words]).words, words);
    }),
  );
});

test('parse never fails with anything but a usage error', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(...flags.map(({ name }) => `--${name}`), '-it', '--', '-'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        parse(argv);
      } catch (error) {
        assert.ok(error instanceof DbgError && error.kind === 'usage', String(error));
      }
    }),
  );
});
