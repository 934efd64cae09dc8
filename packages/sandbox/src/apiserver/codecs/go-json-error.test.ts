import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { goJsonError } from './go-json-error.ts';

const cases: [text: string, problem: string][] = [
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected end of JSON input'],
  ['oops', "invalid character 'o' looking for beginning of value"],
  ['{oops', "invalid character 'o' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['nope', "invalid character 'o' in literal null (expecting 'u')"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['"a\nb"', String.raw`invalid character '\n' in string literal`],
  [String.raw`"\x"`, "invalid character 'x' in string escape code"],
  ['-a', "invalid character 'a' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['01', "invalid character '1' after top-level value"],
];
for (const [text, problem] of cases) {
  test(JSON.stringify(text), () => assert.equal(goJsonError(text), problem));
}

test('reports an error exactly when JSON.parse does', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const nearly = fc
    .json()
    .chain((text) => fc.nat(text.length).map((cut) => `${text.slice(0, cut)}${text.slice(cut + 1)}`));
  fc.assert(
    fc.property(fc.oneof(fc.json(), nearly), (text) =>
      assert.equal(goJsonError(text) === undefined, isJson(text)),
    ),
  );
});
