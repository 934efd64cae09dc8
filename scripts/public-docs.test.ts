// Every export of the packages has a docstring.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const name of ['kubectl-dbg', 'sandbox']) {
  test(`the exports of ${name} have docstrings`, () => {
    const exports = exportsOf(join(root, 'packages', name, 'src', 'index.ts'));
    assert.ok(exports.length > 10);
    const bare = exports.filter((entry) => !isDocumented(entry)).map((entry) => entry.name);
    assert.deepEqual(bare, []);
  });
}

interface Export {
  file: string;
  name: string;
}

/** The re-exports of a file. */
function exportsOf(file: string): Export[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '(.*)';$/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((name) => name.replace(/\btype\b/, '').trim())
        .filter((name) => name !== '')
        .map((name) => ({ name, file: join(dirname(file), from) })),
  );
}

function isDocumented({ file, name }: Export): boolean {
  const passedOn = exportsOf(file).find((entry) => entry.name === name);
  if (passedOn !== undefined) return isDocumented(passedOn);
  const declaration = new RegExp(
    `\\*/\\nexport (?:async )?(?:function\\*? |class |const |interface |type )${name}\\b`,
  );
  return declaration.test(readFileSync(file, 'utf8'));
}
