import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../objects.ts';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import { matchesLabels } from './label-requirement.ts';
import { parseLabelSelector } from './parse-label-selector.ts';

const labels = { app: 'web', tier: '2', in: 'x' };
const matches: [selector: string, expected: boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app!=web', false],
  ['nosuch!=web', true],
  ['app', true],
  ['!app', false],
  ['! nosuch', true],
  ['app in (web, db)', true],
  ['app notin (web)', false],
  ['nosuch notin (web)', true],
  ['app=', false],
  ['nosuch in ()', false],
  ['tier>1,tier<3', true],
  ['tier > 2', false],
  ['app in (web),tier=2', true],
  ['app=web , tier=3', false],
];
for (const [selector, expected] of matches) {
  test(`labels: ${selector} is ${expected}`, () => {
    assert.equal(matchesLabels(parseLabelSelector(selector), labels), expected);
  });
}

const problems: [selector: string, message: string][] = [
  ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a,', "unable to parse requirement: found '', expected: identifier after ','"],
  [',a', "unable to parse requirement: found ',', expected: !, identifier, or 'end of string'"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
];
for (const [selector, message] of problems) {
  test(`labels: ${selector} is refused`, () => {
    assert.throws(() => parseLabelSelector(selector), { code: 400, message });
  });
}

test('labels: any string is parsed or refused with 400', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseLabelSelector(text);
      } catch (error) {
        assert.equal((error as { code?: number }).code, 400);
      }
    }),
  );
});

const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n' },
  status: { phase: 'a,b' },
};
const readers = { 'status.phase': ({ status }: KubeObject) => (status as { phase: string }).phase };
const fields: [selector: string, expected: boolean][] = [
  ['metadata.name=p', true],
  ['metadata.name==p,metadata.namespace!=m', true],
  ['metadata.name!=p', false],
  [String.raw`status.phase=a\,b`, true],
  ['status.phase=', false],
];
for (const [selector, expected] of fields) {
  test(`fields: ${selector} is ${expected}`, () => {
    assert.equal(matchesFields(parseFieldSelector(selector, readers), readers, object), expected);
  });
}

test('fields: unknown fields and bad syntax are refused', () => {
  assert.throws(() => parseFieldSelector('spec.nosuch=x', readers), {
    message: 'field label not supported: spec.nosuch',
  });
  assert.throws(() => parseFieldSelector('spec.nosuch=x', {}), {
    message: '"spec.nosuch" is not a known field selector: only "metadata.name", "metadata.namespace"',
  });
  assert.throws(() => parseFieldSelector(String.raw`metadata.name=a\b`, readers), {
    message: String.raw`invalid field selector: invalid escape sequence: \b`,
  });
  assert.throws(() => parseFieldSelector('x', readers), {
    message: "invalid selector: 'x'; can't understand 'x'",
  });
});
