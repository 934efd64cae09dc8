import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';

const SOURCE = join(import.meta.dirname, '..', '..');

/** A flag at the start of a word: `--image`, `-n`, `--via=exec`. */
const FLAG = /(?:^|[\s`(])--?[a-z][a-z-]*(?:=|\b)/;

/** Directories whose texts are only for users of the command line, and test code. */
const ELSEWHERE = /^(?:cli|launch|cases|testing)\/|\/testing\/|\/fixtures\/|\.test\.ts$/;

/** Files with flags of other programs, or with flags that are never shown. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'model/follow-up-commands.ts': 'composes the kubectl commands that cli shows',
  'plan/enter-script.ts': 'a shell script that runs in the debug container, with what it prints there',
  'plan/host-shell.ts': 'a shell script that runs on the node',
  'plan/sleeper.ts': 'a shell script that runs in the debug container',
  'report/html/script.ts': 'the script of the page',
  'report/html/style.ts': 'the style sheet of the page, with its variables',
  'operations/each/send-input.ts': 'a shell script that runs in the debug container',
  'operations/files/remote-scripts.ts': 'shell scripts that run in the debug container',
  'operations/files/capture.ts': 'a shell script that runs tcpdump in the debug container',
  'operations/each/end-process.ts': 'a shell script that runs in the debug container',
};

/** Next steps of findings are kubectl command lines, as lists of words. */
const KUBECTL_WORDS = /^doctor\/rules\/|^doctor\/docs\.ts$/;

/** The texts of a source file: string literals, and the fixed parts of template literals. */
function* textsOf(source: string): Generator<string> {
  const code = source.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  for (const [, single, double, template] of code.matchAll(
    /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g,
  )) {
    yield single ?? double ?? (template ?? '').replace(/\$\{[^}]*\}/g, '…');
  }
}

/** Whether a text is a sentence with a flag; a single word is an argument of some program. */
function namesFlag(text: string): boolean {
  return /\s/.test(text) && FLAG.test(text);
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(sep).join('/'))
  .filter((name) => name.endsWith('.ts') && !ELSEWHERE.test(name));

test('no message outside cli names a flag', () => {
  assert.ok(files.length > 200, `${files.length} files are read`);
  const found = files
    .filter((name) => !(name in EXCEPTIONS) && !KUBECTL_WORDS.test(name))
    .flatMap((name) =>
      [...textsOf(readFileSync(join(SOURCE, name), 'utf8'))]
        .filter(namesFlag)
        .map((text) => `${name}: ${text}`),
    );
  assert.deepEqual(found, []);
});

test('findings name no flag of kubectl-dbg', () => {
  const own = /--(?:copy-to|target|image|profile|run-as|to-namespace|enter|via|same-node)\b/;
  const found = files
    .filter((name) => KUBECTL_WORDS.test(name))
    .filter((name) => [...textsOf(readFileSync(join(SOURCE, name), 'utf8'))].some((text) => own.test(text)));
  assert.deepEqual(found, []);
});

test('every exception is still needed', () => {
  for (const name of Object.keys(EXCEPTIONS)) {
    const texts = [...textsOf(readFileSync(join(SOURCE, name), 'utf8'))];
    assert.ok(
      texts.some((text) => FLAG.test(text)),
      name,
    );
  }
});

test('detects a flag in a sentence', () => {
  for (const text of [
    'Correct --image',
    'the namespace (-n)',
    '--via=exec needs a right',
    'Use --run-as=UID',
  ])
    assert.ok(namesFlag(text), text);
  for (const text of ['--force', 'a lower-case name', 'one - or two', 'x -- y', 'well-known'])
    assert.ok(!namesFlag(text), text);
  assert.deepEqual([...textsOf("// Use --x\nsay('Use --y', `${a} -z b`);")], ['Use --y', '… -z b']);
});
