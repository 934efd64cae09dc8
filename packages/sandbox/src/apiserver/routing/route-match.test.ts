import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRODUCES_LISTS, PRODUCES_OBJECTS, routeAccept, routeContentType } from './route-match.ts';

for (const accept of [
  undefined,
  '',
  '*/*',
  'text/html, */*;q=0.1',
  'application/json;as=Nosuch;v=v1;g=meta.k8s.io',
  'application/xml,application/yaml',
]) {
  test(`accepts "${accept}"`, () => routeAccept(accept, PRODUCES_OBJECTS));
}

for (const accept of ['application/xml', 'application/*', 'text/html']) {
  test(`refuses ${accept}`, () => {
    assert.throws(() => routeAccept(accept, PRODUCES_LISTS), {
      code: 406,
      message:
        '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    });
  });
}

test("accepts bodies of the route's content types, with any parameters", () => {
  routeContentType('a/b; charset=utf-8', ['a/b']);
  for (const type of [undefined, '', 'a/c']) {
    assert.throws(() => routeContentType(type, ['a/b']), {
      code: 415,
      message: '415: Unsupported Media Type',
    });
  }
});
