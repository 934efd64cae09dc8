// Decoders of data from a cluster or a file, without a connection. Longer: `npm run fuzz -- --minutes 10`.
import assert from 'node:assert/strict';
import { commandEnd, decodeFrame, decodeStatus } from 'kubectl-dbg-wire';
import { FrameReader, FrameWriter, SpdyError } from 'kubectl-dbg-wire/spdy';
import { told } from '../../packages/kubectl-dbg/src/testing/told.ts';
import { decodeText, InvalidText } from '../../packages/kubectl-dbg/src/base/decode-text.ts';
import { ApiStatusError, statusOfBody } from '../../packages/kubectl-dbg/src/cluster/api-status-error.ts';
import { readCredential } from '../../packages/kubectl-dbg/src/cluster/credentials/exec-plugin.ts';
import { explainApiError } from '../../packages/kubectl-dbg/src/cluster/index.ts';
import { parseKubeconfig } from '../../packages/kubectl-dbg/src/cluster/kubeconfig/parse.ts';
import { parseWarnings } from '../../packages/kubectl-dbg/src/cluster/http/warning.ts';
import { DEFAULT_TUNING } from '../../packages/kubectl-dbg/src/cluster/options.ts';
import { watch } from '../../packages/kubectl-dbg/src/cluster/watch/watch.ts';
import { readKuberc } from '../../packages/kubectl-dbg/src/cli/grammar/read-kuberc.ts';
import { DbgError } from '../../packages/kubectl-dbg/src/model/failure.ts';
import { readCustomFile } from '../../packages/kubectl-dbg/src/plan/index.ts';
import { TimestampedLog } from '../../packages/kubectl-dbg/src/session/stream/timestamped-log.ts';
import { DetachKeys } from '../../packages/kubectl-dbg/src/session/terminal/detach-keys.ts';
import { TerminalModes } from '../../packages/kubectl-dbg/src/session/terminal/terminal-modes.ts';
import { assertHarmless, fuzz } from './fuzz.ts';

const JSON_TOKENS = [
  '[',
  '{',
  '}',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '{},',
  '[1],',
  'null',
  '1e999',
  '-1',
  '"\\ud800"',
  '"__proto__":{"x":1},',
  '"constructor":{"prototype":{"x":1}},',
];
const isDbgError = (error: unknown) => {
  if (!(error instanceof DbgError)) return false;
  assertHarmless(error.message);
  return true;
};

fuzz({
  name: 'remote-command frames',
  samples: [
    Uint8Array.of(1, 104, 105),
    Uint8Array.of(255, 0),
    `\u0003${JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } })}`,
  ],
  tokens: [
    ...JSON_TOKENS,
    '"causes":"zz"',
    '"causes":[null]',
    '"message":5',
    '"details":null',
    Uint8Array.of(255),
    Uint8Array.of(3),
  ],
  run(input) {
    const frame = decodeFrame(input);
    if (frame.kind !== 'data') return;
    const end = commandEnd(decodeStatus(frame.data));
    if (end.kind === 'exit') assert.ok(Number.isInteger(end.code) && end.code >= 0 && end.code <= 255);
    if (end.kind === 'failure') assert.equal(typeof end.message, 'string');
  },
});

const writer = new FrameWriter();
const headers = new Map([['streamtype', 'stdout']]);
fuzz({
  name: 'SPDY frames',
  samples: [
    writer.write({
      type: 'synStream',
      streamId: 1,
      associatedTo: 0,
      priority: 0,
      fin: false,
      unidirectional: false,
      headers,
    }),
    writer.write({ type: 'synReply', streamId: 1, fin: false, headers }),
    writer.write({ type: 'data', streamId: 1, fin: false, data: Buffer.from('hello') }),
    writer.write({ type: 'ping', id: 2 }),
    writer.write({ type: 'settings', settings: [{ id: 1, flags: 0, value: 2 }] }),
    writer.write({ type: 'rstStream', streamId: 1, status: 1 }),
  ],
  tokens: [
    Uint8Array.of(0x80, 3),
    Uint8Array.of(0, 0, 0, 1),
    Uint8Array.of(0xff, 0xff, 0xff),
    Uint8Array.of(0),
    Uint8Array.of(0x78, 0xbb),
    Uint8Array.of(0x80, 3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0),
  ],
  run(input) {
    const whole = readFrames([input]);
    // In any chunks.
    if (input.length < 2000) assert.deepEqual(readFrames([...input].map((byte) => Buffer.of(byte))), whole);
  },
});

function readFrames(chunks: readonly Buffer[]): string[] {
  const reader = new FrameReader({ mostHeaderBlocks: 64 });
  const found: string[] = [];
  try {
    for (const chunk of chunks) {
      for (const frame of reader.read(chunk))
        found.push('data' in frame ? frame.data.toString('hex') : frame.type);
    }
  } catch (error) {
    assert.ok(error instanceof SpdyError, String(error));
    found.push(error.message);
  }
  return found;
}

fuzz({
  name: 'Status',
  samples: [
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \\"web\\" is forbidden","reason":"Forbidden","details":{"name":"web","kind":"pods","causes":[{"reason":"x","message":"y","field":"z"}]},"code":403}',
    '{"kind":"Status","message":"admission webhook \\"x\\" denied the request: no","reason":"BadRequest","code":400}',
  ],
  tokens: [
    ...JSON_TOKENS,
    '"causes":"zz",',
    '"causes":[null,5],',
    '"details":[],',
    '"code":"x",',
    '"reason":{},',
    '"message":5,',
    '\\u001b[2J',
    '"retryAfterSeconds":1e12,',
    'exceeded quota: a, requested: ',
    'denied the request: ',
  ],
  run(input) {
    const text = input.toString('utf8');
    const status = statusOfBody(text);
    for (const code of [400, 401, 403, 404, 409, 422, 429, 500]) {
      const call = { method: 'PATCH' as const, path: '/api/v1/namespaces/shop/pods/web/ephemeralcontainers' };
      const error = new ApiStatusError(code, status ?? { message: text.slice(0, 300_000) }, call, {
        form: status === undefined ? 'text' : 'status',
      });
      const words = explainApiError(error, {
        action: 'add the debug container',
        containers: { added: 'a', older: ['b'] },
      });
      assertHarmless(words.message + (told(words).remedy ?? ''));
    }
  },
});

fuzz({
  name: 'watch lines',
  samples: [
    '{"type":"MODIFIED","object":{"metadata":{"name":"web","namespace":"shop","resourceVersion":"2"},"status":{"phase":"Running"}}}\n',
    '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n',
    '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}\n',
  ],
  tokens: [
    ...JSON_TOKENS,
    '\n',
    '\n\n',
    '"type":"DELETED",',
    '"object":null',
    '"metadata":[]',
    '"resourceVersion":{}',
    '"code":"x"',
  ],
  async run(input) {
    let isOpened = false;
    const client = {
      tuning: { ...DEFAULT_TUNING, watchPause: 0, watchPauseLimit: 0, watchGiveUp: 0 },
      now: () => performance.now(),
      random: () => 0,
      server: 'https://api:6443',
      request: <T>() => Promise.resolve({ items: [], metadata: {} } as T),
      stream() {
        // Only the first request succeeds.
        if (isOpened) return Promise.reject(new DbgError('lost', 'ConnectionClosed', 'closed'));
        isOpened = true;
        return Promise.resolve(bodyOf(input));
      },
    };
    const { signal } = new AbortController();
    const seen = watch(client, { path: '/api/v1/namespaces/shop/pods', resourceVersion: '1', signal });
    for await (const { type, object } of seen) {
      assert.match(type, /^(ADDED|MODIFIED|DELETED|BOOKMARK)$/);
      assert.equal(typeof object, 'object');
    }
  },
  isExpected: (error) => error instanceof ApiStatusError || isDbgError(error),
});

/** Chunk size of a connection. */
const CHUNK_BYTES = 64 * 1024;

/** A body in chunks, one per turn of the event loop. */
async function* bodyOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    if (at > 0) await new Promise(setImmediate);
    yield bytes.subarray(at, at + CHUNK_BYTES);
  }
}

fuzz({
  name: 'Warning headers',
  samples: [
    '299 - "one, \\"two\\""',
    '299 kube "a" "Sat, 01 Jan 2000 00:00:00 GMT", 299 - "b"',
    '199 - "no"',
  ],
  tokens: [',', '"', '\\', ' ', '\t', '299 ', '299 - "', '299 - "x",', '9', '299 a '],
  run(input) {
    const texts = parseWarnings(input.toString('latin1'));
    assert.ok(texts.length <= 100);
    assert.ok(texts.every((text) => typeof text === 'string'));
  },
});

/** Files may take longer, because they are read once at the start, before there is anything to interrupt. */
const FILE_LIMIT_MS = 500;
const YAML_TOKENS = [
  '- ',
  '? ',
  ': ',
  '\n',
  '\n  ',
  '&a ',
  '*a',
  '[',
  '{',
  '!!binary ',
  '!!js/function "x"',
  '<<: *a\n',
  '---\n',
  '"',
  "'",
  '|\n',
  '%YAML 9\n',
  '\u0000',
  '\u001b',
  '__proto__: {x: 1}\n',
  'constructor: {prototype: {x: 1}}\n',
];

fuzz({
  name: 'kubeconfig',
  limit: FILE_LIMIT_MS,
  samples: [
    'apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts:\n- name: c\n  context: {cluster: a, user: u}\nclusters:\n- name: a\n  cluster: {server: https://a, certificate-authority-data: QQ==}\nusers:\n- name: u\n  user: {exec: {command: x, args: [a], env: [{name: A, value: b}]}}\n',
    '{"kind":"Config","users":[{"name":"u","user":{"token":"x"}}]}',
  ],
  tokens: [...YAML_TOKENS, ...JSON_TOKENS, 'users: ', 'name: ', 'exec: ', 'token: 5'],
  run: (input) => parseKubeconfig(input.toString('utf8'), '/home/dan/.kube/config'),
  isExpected: isDbgError,
});

fuzz({
  name: 'kuberc',
  limit: FILE_LIMIT_MS,
  samples: [
    'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ndefaults:\n- command: debug\n  options:\n  - name: image\n    default: busybox\naliases:\n- name: x\n  command: debug\n  prependArgs: [a]\ncredentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: x\n',
  ],
  tokens: [
    ...YAML_TOKENS,
    'defaults: ',
    'options: 5\n',
    'aliases: [null]\n',
    'credentialPluginPolicy: {}\n',
    'kind: Preference\n',
  ],
  run: (input) => readKuberc(input.toString('utf8'), '/home/dan/.kube/kuberc'),
  // Escaped when printed.
  isExpected: (error) => error instanceof DbgError,
});

fuzz({
  name: 'custom profiles',
  limit: FILE_LIMIT_MS,
  samples: [
    'env:\n- name: A\n  value: b\nsecurityContext:\n  capabilities: {add: [NET_ADMIN]}\nresources:\n  limits: {cpu: 100m}\n',
    '{"volumeMounts":[{"name":"a","mountPath":"/a"}],"livenessProbe":{"httpGet":{"port":80}}}',
  ],
  tokens: [...YAML_TOKENS, ...JSON_TOKENS, 'env: ', 'ports: [5]\n', 'resources: []\n'],
  run: (input) => readCustomFile(input.toString('utf8'), 'custom.yaml'),
  isExpected: isDbgError,
});

const API = 'client.authentication.k8s.io/v1';
fuzz({
  name: 'exec credentials',
  samples: [
    JSON.stringify({
      kind: 'ExecCredential',
      apiVersion: API,
      status: { token: 'abc', expirationTimestamp: '2030-01-01T00:00:00Z' },
    }),
  ],
  tokens: [
    ...JSON_TOKENS,
    '"token":"a\\nb",',
    '"token":5,',
    '"status":[],',
    '"expirationTimestamp":"soon",',
    '"expirationTimestamp":"+275760-09-13T00:00:00Z",',
  ],
  run(input) {
    const { credential, expires } = readCredential(input.toString('utf8'), API, 'credential plugin "x"');
    assert.ok(!Number.isNaN(expires));
    if (credential.authorization !== undefined)
      assert.match(credential.authorization, /^Bearer [\x21-\x7e]+$/);
  },
  isExpected: isDbgError,
});

fuzz({
  name: 'log timestamps',
  samples: [
    '2026-11-30T01:02:03.123456789Z hello\n2026-11-30T01:02:04Z world\n',
    '9999-99-99T99:99:99Z far\n',
  ],
  tokens: ['\n', ' ', ' \n', '2026-11-30T01:02:03Z ', '2026-11-30T01:02:03Z x\n', '\r', 'x', '\u0000'],
  async run(input) {
    const log = new TimestampedLog();
    // A second read returns nothing twice if each line has a timestamp.
    for (const _ of ['first', 'second']) {
      log.begin();
      let length = 0;
      for (let at = 0; at < input.length; at += CHUNK_BYTES) {
        length += log.push(input.subarray(at, at + CHUNK_BYTES)).length;
        if (at > 0) await new Promise(setImmediate);
      }
      assert.ok(length <= input.length);
    }
  },
});

fuzz({
  name: 'text files',
  samples: ['plain', '\ufeffmarked', Uint8Array.of(0xff, 0xfe, 65, 0), Uint8Array.of(0xfe, 0xff, 0, 65)],
  tokens: [
    Uint8Array.of(0xff),
    Uint8Array.of(0xff, 0xfe),
    Uint8Array.of(0xfe, 0xff),
    Uint8Array.of(0xd8, 0),
    Uint8Array.of(0xc3),
    '\n',
    'ä',
    '\u{1f600}',
  ],
  run: (input) => assert.equal(typeof decodeText(input), 'string'),
  isExpected: (error) => error instanceof InvalidText,
});

fuzz({
  name: 'detach keys',
  samples: [Uint8Array.of(16, 17), Uint8Array.of(16, 16, 17), 'typed'],
  tokens: [Uint8Array.of(16), Uint8Array.of(17), 'x'],
  run(input) {
    const keys = new DetachKeys(Uint8Array.of(16, 17));
    const { send, detached } = keys.type(input);
    const at = input.indexOf(Buffer.of(16, 17));
    assert.equal(detached, at >= 0);
    const expected = detached ? input.subarray(0, at) : input.at(-1) === 16 ? input.subarray(0, -1) : input;
    assert.ok(Buffer.from(send).equals(expected));
  },
});

fuzz({
  name: 'terminal modes',
  samples: [
    '\u001b[?1049h\u001b[?25l\u001b[1;31mred\u001b[0m',
    '\u001b]0;title\u0007',
    '\u001b(0lqk\u001b(B',
    '\u001b[>1u',
  ],
  tokens: [
    '\u001b',
    '\u001b[',
    '\u001b]',
    '\u001b[?',
    ';',
    '1',
    'h',
    'm',
    '\u0007',
    '\u001b\\',
    '\u0018',
    '\u001bP',
    '\u001b[<9999999999u',
    '\u001b[?1049h',
  ],
  run(input) {
    const modes = new TerminalModes();
    modes.note(input);
    assert.ok(modes.undo().length < 1000);
    assert.equal(modes.midSequence, false);
    assert.equal(modes.undo(), '');
  },
});
