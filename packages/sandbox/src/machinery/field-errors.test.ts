import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  duplicate,
  forbidden,
  invalid,
  invalidObject,
  notSupported,
  required,
  tooMany,
} from './field-errors.ts';
import { goPrint, goQuote } from './go-quote.ts';

for (const [error, expected] of [
  [required('a'), 'a: Required value'],
  [required('a', 'why'), 'a: Required value: why'],
  [invalid('a.b', 'x', 'no'), 'a.b: Invalid value: "x": no'],
  [invalid('a', -1, 'no'), 'a: Invalid value: -1: no'],
  [invalid('a', { b: 'c' }, 'no'), 'a: Invalid value: {"b":"c"}: no'],
  [invalid('a', null, 'no'), 'a: Invalid value: null: no'],
  [duplicate('a', 'x'), 'a: Duplicate value: "x"'],
  [forbidden('a', 'no'), 'a: Forbidden: no'],
  [notSupported('a', 'x', ['p', 'q']), 'a: Unsupported value: "x": supported values: "p", "q"'],
  [tooMany('a', 3, 2), 'a: Too many: 3: must have at most 2 items'],
] as const) {
  test(`field error: ${expected}`, () => assert.equal(`${error.field}: ${error.message}`, expected));
}

test('a message names one error alone and several in a list; equal ones once, but each is a cause', () => {
  const one = required('a');
  assert.equal(invalidObject('', 'Pod', 'p', [one]).message, 'Pod "p" is invalid: a: Required value');
  const twice = invalidObject('apps', 'Deployment', 'd', [one, one, required('b')]);
  assert.equal(twice.message, 'Deployment.apps "d" is invalid: [a: Required value, b: Required value]');
  assert.equal(twice.details?.causes?.length, 3);
  assert.equal(twice.details?.group, 'apps');
});

test('details of an object without a name have no name', () => {
  assert.deepEqual(invalidObject('', 'Pod', '', []).details, { kind: 'Pod', causes: [] });
});

test('goQuote quotes as Go does', () => {
  assert.equal(goQuote('a"b\\c\n\u0001é\u202e'), String.raw`"a\"b\\c\n\x01é\u202e"`);
});

test('goPrint prints maps and lists as Go does', () => {
  assert.equal(goPrint({ b: [{ x: true }, 'y'], a: null }), 'map[a:<nil> b:[map[x:true] y]]');
});
