import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadAllYaml, loadYaml } from './yaml.ts';

/** How kubectl's parser (sigs.k8s.io/yaml) reads plain scalars. */
const SCALARS: [text: string, value: unknown][] = [
  ['0644', 0o644],
  ['0o644', 0o644],
  ['-0644', -0o644],
  ['420', 420],
  ['0', 0],
  ['08', 8],
  ['0x1F', 31],
  ['0b101', 5],
  ['1_000', 1000],
  ['+12', 12],
  ['"0644"', '0644'],
  ['12:30', '12:30'],
  ['1.5', 1.5],
  ['1e3', 1000],
  ['yes', true],
  ['off', false],
  ['2026-01-02', '2026-01-02'],
  ['v1', 'v1'],
];

for (const [text, value] of SCALARS) {
  test(`reads ${text} like kubectl`, async () => {
    assert.deepEqual(await loadYaml(`defaultMode: ${text}\n`), { defaultMode: value });
  });
}

test('reads a long stream document by document, with the same result', async () => {
  const long = `a: ${'x'.repeat(60_000)}\n`;
  const text = `${long}---\nb: |\n  --- no document\n  text\n---\n---\n# none\n--- {c: 1}\n...\n---\n${long}`;
  const [first, second, third, fourth] = await loadAllYaml(text);
  assert.deepEqual(Object.keys(first as object), ['a']);
  assert.deepEqual(second, { b: '--- no document\ntext\n' });
  assert.deepEqual(third, { c: 1 });
  assert.deepEqual(first, fourth);
  // Line numbers are those of the stream.
  await assert.rejects(loadAllYaml(`${long}---\nb: 1\n---\nc: [\n---\n${long}`), /\(6:1\)/);
});

test('refuses absurdly many values before parsing them', async () => {
  for (const piece of ['{},', '- a\n', 'a: b\n', '[1],', '- &a 1\n', '? a\n']) {
    const begun = process.cpuUsage();
    await assert.rejects(loadAllYaml(`a: [${piece.repeat(3_000_000)}]`), /more than/);
    const { user, system } = process.cpuUsage(begun);
    assert.ok(user + system < 1_000_000, `${user + system} µs for ${piece}`);
  }
  const list = await loadYaml('- a\n'.repeat(190_000));
  assert.equal((list as unknown[]).length, 190_000);
  // Long values do not count as many.
  assert.equal(((await loadYaml(`a: ${'x'.repeat(10_000_000)}`)) as { a: string }).a.length, 10_000_000);
});
