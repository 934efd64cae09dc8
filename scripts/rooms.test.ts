// The rooms match scripts/rooms.mjs: imports, lint rules, and the diagrams in docs/architecture.md.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { drawRooms, importGraph, lintOverrides, PACKAGES, sourceFiles } from './rooms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const LINT = join(root, '.oxlintrc.json');
const PAGE = join(root, 'docs', 'architecture.md');
/** Writes the generated parts instead of comparing them; run `npm run format` afterwards. */
const UPDATE = process.env['UPDATE_SNAPSHOTS'] === '1';

const REMEDY =
  'what is generated is not of this code: UPDATE_SNAPSHOTS=1 npm run -s rooms && npm run -s format';

interface Override {
  files: string[];
  excludeFiles?: string[];
  rules: Record<string, unknown>;
}

for (const pkg of PACKAGES) {
  describe(pkg.name, () => {
    const graph = importGraph(root, pkg);

    test('a room is above all rooms that it may import, so there are no cycles', () => {
      const below = new Set(['kubectl-dbg-wire']);
      for (const { room, may } of pkg.rooms) {
        assert.deepEqual(
          may.filter((one) => !below.has(one)),
          [],
          `${room} may import a room that does not lie below it`,
        );
        below.add(room);
      }
    });

    for (const { room, may } of pkg.rooms) {
      test(`${room} imports only what it may`, () => {
        const edges = graph.get(room);
        assert.ok(edges !== undefined, `there is no room ${room}`);
        const wrong = [...edges].filter(([to]) => !may.includes(to)).map(([, why]) => why);
        assert.deepEqual(wrong, []);
      });
    }

    test('the diagram matches the code', () => {
      const [begin, end] = [`<!-- rooms of ${pkg.name} -->`, `<!-- end of the rooms of ${pkg.name} -->`];
      const page = readFileSync(PAGE, 'utf8');
      const [head = '', rest = ''] = page.split(begin);
      const [drawn, tail] = rest.split(end);
      assert.ok(
        drawn !== undefined && tail !== undefined,
        `${PAGE} has no place for the rooms of ${pkg.name}`,
      );
      const wanted = drawRooms(root, pkg);
      if (UPDATE) writeFileSync(PAGE, `${head}${begin}\n\n${wanted}\n\n${end}${tail}`);
      else assert.ok(unpadded(drawn) === unpadded(wanted), REMEDY);
    });
  });
}

/** Removes the formatter's padding of tables. */
function unpadded(text: string): string {
  return text
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
}

test('lint forbids all other imports', () => {
  const config = JSON.parse(readFileSync(LINT, 'utf8')) as { overrides: Override[] };
  const isOurs = ({ files }: Override): boolean =>
    PACKAGES.some(({ directory }) => files[0]?.startsWith(directory));
  const wanted = lintOverrides() as Override[];
  if (UPDATE) {
    config.overrides = [...wanted, ...config.overrides.filter((one) => !isOurs(one))];
    writeFileSync(LINT, `${JSON.stringify(config, null, 2)}\n`);
  } else assert.ok(isDeepStrictEqual(config.overrides.filter(isOurs), wanted), REMEDY);
});

/** Files of more than 300 lines: lists, which splitting would not make clearer. */
const LISTS: Readonly<Record<string, string>> = {
  'packages/kubectl-dbg/src/doctor/rules/': 'the rules of a diagnosis, one file a level',
  'packages/sandbox/src/apiserver/discovery/group-resources.ts': 'the resources that discovery answers',
};
const LONGEST = 300;
const MEDIAN = 80;

describe('file sizes', () => {
  const sizes = PACKAGES.flatMap((pkg) =>
    sourceFiles(root, pkg).map((file: string) => {
      const path = `${pkg.directory}/${file}`;
      return { path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 };
    }),
  );

  test(`the median is less than ${MEDIAN} lines`, () => {
    const sorted = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b);
    assert.ok((sorted[Math.floor(sorted.length / 2)] ?? 0) < MEDIAN);
  });

  test(`no file except lists has more than ${LONGEST} lines`, () => {
    const long = sizes.filter(({ path, lines }) => lines > LONGEST && listOf(path) === undefined);
    assert.deepEqual(
      long.map(({ path, lines }) => `${path}: ${lines}`),
      [],
    );
  });

  test('every exception is still needed', () => {
    const long = new Set(sizes.filter(({ lines }) => lines > LONGEST).map(({ path }) => listOf(path)));
    assert.deepEqual(
      Object.keys(LISTS).filter((list) => !long.has(list)),
      [],
    );
  });
});

function listOf(path: string): string | undefined {
  return Object.keys(LISTS).find((list) => path.startsWith(list));
}
