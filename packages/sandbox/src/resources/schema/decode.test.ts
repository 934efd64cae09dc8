import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, DecodeError } from './decode.ts';
import { structSchema } from './parse.ts';

const POD = structSchema('Pod');

function specOf(spec: unknown): unknown {
  return decode(POD, { spec }, 'json').value['spec'];
}

test('drops unknown fields, and reports their paths', () => {
  const { value, unknownFields } = decode(
    POD,
    { metadata: { nam: 'x' }, spec: { containers: [{ name: 'a', imag: 'b' }], foo: 1 } },
    'json',
  );
  assert.deepEqual(unknownFields, ['metadata.nam', 'spec.foo', 'spec.containers[0].imag']);
  assert.deepEqual(value, {
    metadata: {},
    spec: { containers: [{ name: 'a', resources: {} }] },
    status: {},
  });
});

test('omits zero values, but keeps those behind pointers', () => {
  assert.deepEqual(
    specOf({
      containers: [],
      hostNetwork: false,
      nodeName: '',
      volumes: [],
      nodeSelector: {},
      automountServiceAccountToken: false,
      priority: 0,
      securityContext: {},
    }),
    { containers: [], automountServiceAccountToken: false, securityContext: {}, priority: 0 },
  );
});

test("writes fields in the server's order", () => {
  const spec = specOf({ nodeName: 'n', restartPolicy: 'Never', containers: [] }) as object;
  assert.deepEqual(Object.keys(spec), ['containers', 'restartPolicy', 'nodeName']);
});

test('converts quantities and times to their canonical form', () => {
  const { value } = decode(
    POD,
    {
      metadata: { creationTimestamp: '2026-01-01T02:00:00.5+02:00' },
      spec: { containers: [{ name: 'a', resources: { limits: { memory: '1024Mi', cpu: 1 } } }] },
    },
    'json',
  );
  assert.deepEqual(value, {
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
    status: {},
  });
});

const WRONG: readonly [unknown, string][] = [
  [
    { containers: 'x' },
    'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    { containers: [{ name: 1 }] },
    'json: cannot unmarshal number into Go struct field Container.spec.containers.name of type string',
  ],
  [
    { containers: [{ imagePullPolicy: true }] },
    'json: cannot unmarshal bool into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy',
  ],
  [
    { activeDeadlineSeconds: 'x' },
    'json: cannot unmarshal string into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
  ],
  [
    { containers: [{ ports: [{ containerPort: 99_999_999_999 }] }] },
    'json: cannot unmarshal number 99999999999 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
  ],
  [
    { nodeSelector: { a: 1 } },
    'json: cannot unmarshal number into Go struct field PodSpec.spec.nodeSelector of type string',
  ],
];

for (const [spec, message] of WRONG) {
  test(`refuses ${JSON.stringify(spec)}`, () => {
    assert.throws(() => specOf(spec), { name: 'DecodeError', message });
  });
}

for (const [container, message] of [
  [{ command: 'sh' }, 'cannot restore slice from string'],
  [{ stdin: 'true' }, 'unrecognized type: bool'],
  [{ name: 1 }, 'unrecognized type: string'],
  [{ securityContext: 'x' }, 'cannot restore struct from: string'],
  [{ resources: { limits: [] } }, 'cannot restore map from slice'],
] as const) {
  test(`error for ${JSON.stringify(container)} in a strategic merge patch: "${message}"`, () => {
    assert.throws(() => decode(POD, { spec: { containers: [container] } }, 'unstructured'), {
      name: 'DecodeError',
      message,
    });
  });
}

test('the error of a quantity has the reason', () => {
  assert.throws(
    () => specOf({ containers: [{ resources: { limits: { cpu: 'abc' } } }] }),
    (error) => error instanceof DecodeError && error.message.startsWith('quantities must match'),
  );
});
