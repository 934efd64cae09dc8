import { gzipSync } from 'node:zlib';
import { FrameWriter } from 'kubectl-dbg-wire/spdy';
import { acceptSpdy, acceptWebSocket, endless, flood, json, type Peer, raw, trickle } from './peer.ts';

export interface Attack {
  name: string;
  peer: Peer;
  protocol?: 'h2' | 'http/1.1';
  /** Exit codes other than that of the signal (143). */
  codes: number[];
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const spaces = Buffer.alloc(64 * 1024, 0x20);
const METADATA = { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1' };

/** A WebSocket message from a server, up to 125 bytes. */
function frame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x80 | opcode, payload.length), payload]);
}

function repeated(piece: Buffer): Buffer {
  return Buffer.alloc(Math.max(1, Math.floor(65_536 / piece.length)) * piece.length, piece);
}

function webSocket(then: (socket: Parameters<NonNullable<Peer['upgrade']>>[1]) => void): Peer {
  return {
    upgrade(request, socket) {
      acceptWebSocket(request, socket);
      then(socket);
    },
  };
}

function spdy(then: (socket: Parameters<NonNullable<Peer['upgrade']>>[1]) => void): Peer {
  return {
    upgrade(request, socket) {
      if (acceptSpdy(request, socket)) then(socket);
    },
  };
}

const bomb = new FrameWriter().write({
  type: 'synReply',
  streamId: 1,
  fin: false,
  headers: new Map([['a', 'x'.repeat(10_000_000)]]),
});
const event = (object: object) => Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
const status = (state: object) => ({
  metadata: METADATA,
  spec: { nodeName: 'n' },
  status: {
    ephemeralContainerStatuses: [
      { name: 'debugger', state },
      { name: 'debugger', state },
    ],
  },
});

/** The attacks of malicious servers. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'headers without end',
    peer: { get: raw(OK, repeated(Buffer.from('X-A: aaaaaaaa\r\n'))) },
    codes: [68, 76],
  },
  { name: 'one header without end', peer: { get: raw(`${OK}X-A: `, spaces) }, codes: [68, 76] },
  {
    name: 'a chunk extension without end',
    peer: { get: raw(`${OK}Transfer-Encoding: chunked\r\n\r\n1;`, Buffer.alloc(65_536, 0x61)) },
    codes: [68, 74, 76],
  },
  {
    name: 'a body that trickles',
    peer: {
      get: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        trickle(response, Buffer.of(0x20));
      },
    },
    codes: [74],
  },
  { name: 'a body without end', peer: { get: endless(spaces) }, codes: [76] },
  { name: 'a body without end, over HTTP/2', peer: { get: endless(spaces) }, protocol: 'h2', codes: [76] },
  {
    name: '62 MB of {},{}',
    peer: {
      get: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`[${'{},'.repeat(10_000_000)}{}]`);
      },
    },
    codes: [76],
  },
  {
    name: '[ 100,000 times',
    peer: {
      get: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('['.repeat(100_000));
      },
    },
    codes: [76],
  },
  {
    name: 'a gzip bomb',
    peer: { get: endless(gzipSync(Buffer.alloc(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }) },
    codes: [76],
  },
  {
    name: 'a gzip bomb, over HTTP/2',
    peer: { get: endless(gzipSync(Buffer.alloc(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }) },
    protocol: 'h2',
    codes: [76],
  },
  {
    name: '250,000 commas in Warning',
    peer: {
      get: raw(`${OK}Warning: ${','.repeat(250_000)}\r\nContent-Length: 4\r\n\r\nnull`, Buffer.alloc(0)),
    },
    codes: [76],
  },
  {
    name: '429 without end',
    peer: {
      get: (_, response) => {
        response.writeHead(429, { 'retry-after': '0' });
        response.end();
      },
    },
    codes: [68, 74, 75, 77],
  },
  {
    name: 'Retry-After: 1e12',
    peer: {
      get: (_, response) => {
        response.writeHead(503, { 'retry-after': '1000000000000' });
        response.end();
      },
    },
    codes: [68, 74],
  },
  {
    name: 'redirects to itself',
    peer: {
      get: (request, response) => {
        response.writeHead(302, { location: request.url ?? '/' });
        response.end();
      },
    },
    codes: [68],
  },
  { name: 'a pod that is null', peer: { get: json(null) }, codes: [76] },
  {
    name: 'containers that are a map, with escapes as keys',
    peer: {
      get: json({
        metadata: { ...METADATA, labels: { '\u001b]52;c;aWQK\u0007': 5 } },
        spec: { containers: {} },
      }),
    },
    codes: [76],
  },
  {
    name: 'another pod than was asked for',
    peer: { get: json({ metadata: { ...METADATA, name: 'web;id;$(id)\u001b[2J' } }) },
    codes: [76],
  },
  {
    name: 'a million container statuses',
    peer: {
      get: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          `{"metadata":{"name":"web"},"status":{"containerStatuses":[${'{"name":"a"},'.repeat(1_000_000)}{}]}}`,
        );
      },
    },
    codes: [76],
  },
  {
    name: 'a pod of another namespace',
    peer: { get: json({ metadata: { ...METADATA, namespace: 'kube-system' } }) },
    codes: [76],
  },
  {
    name: 'an answer to the write that is another pod',
    peer: { patch: json({ metadata: { ...METADATA, name: 'other' } }) },
    codes: [76],
  },
  { name: 'an answer to the write that is no Pod', peer: { patch: json([null]) }, codes: [76] },
  {
    name: 'watch: a line without end',
    peer: { watch: endless(Buffer.alloc(65_536, 0x61)) },
    codes: [68, 74, 76],
  },
  {
    name: 'watch: tiny events without end',
    peer: { watch: endless(repeated(event({ metadata: { name: 'web' } }))) },
    codes: [],
  },
  {
    name: 'watch: events of other pods',
    peer: { watch: endless(repeated(event({ metadata: { name: 'other' } }))) },
    codes: [76],
  },
  {
    name: 'watch: containers that are null',
    peer: { watch: endless(event({ metadata: METADATA, spec: { containers: [null] } })) },
    codes: [76],
  },
  {
    name: 'watch: another kind under the name of the pod',
    peer: { watch: endless(event({ kind: 'Secret', metadata: METADATA })) },
    codes: [76],
  },
  {
    name: 'watch: two statuses of one name, dates that are none',
    peer: {
      watch: endless(
        repeated(
          event(status({ terminated: { exitCode: -5, startedAt: 'never', finishedAt: '9999-99-99' } })),
        ),
      ),
    },
    codes: [],
  },
  {
    name: 'watch: ends at once, again and again',
    peer: {
      watch: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end();
      },
    },
    codes: [74],
  },
  {
    name: 'WebSocket: tiny frames',
    peer: webSocket((socket) => flood(socket, repeated(frame(2, Buffer.of(1))))),
    codes: [],
  },
  {
    name: 'WebSocket: output without end',
    peer: webSocket((socket) =>
      flood(socket, repeated(frame(2, Buffer.from('\u0001xxxxxxxxxxxxxxxxxxxxxxxxxxxxx')))),
    ),
    codes: [],
  },
  {
    name: 'WebSocket: pings whose answers nobody reads',
    peer: webSocket((socket) => {
      socket.pause();
      flood(socket, repeated(frame(9, Buffer.alloc(125))));
    }),
    codes: [74],
  },
  {
    name: 'WebSocket: a frame of 2^40 bytes',
    peer: webSocket((socket) => {
      socket.write(Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0]));
      flood(socket, spaces);
    }),
    codes: [74],
  },
  {
    name: 'attach: opens and breaks at once, again and again',
    peer: webSocket((socket) => socket.destroy()),
    codes: [74],
  },
  {
    name: 'attach: head without end',
    peer: {
      upgrade: (_, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n');
        flood(socket, repeated(Buffer.from('X-A: aaaaaaaa\r\n')));
      },
    },
    codes: [74],
  },
  {
    name: 'attach: a refusal with escapes, without end',
    peer: {
      upgrade: (_, socket) => {
        socket.write('HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n');
        flood(socket, repeated(Buffer.from('\u001b]0;owned\u0007\r')));
      },
    },
    codes: [74, 77],
  },
  {
    name: 'SPDY: pings whose answers nobody reads',
    peer: spdy((socket) => {
      socket.pause();
      flood(socket, repeated(new FrameWriter().write({ type: 'ping', id: 2 })));
    }),
    codes: [74],
  },
  { name: 'SPDY: header bombs', peer: spdy((socket) => flood(socket, bomb)), codes: [74] },
  {
    name: 'SPDY: a frame of 16 MB that trickles',
    peer: spdy((socket) => {
      socket.write(Buffer.from([0, 0, 0, 5, 0, 0xff, 0xff, 0xff]));
      trickle(socket, Buffer.of(0x61));
    }),
    codes: [],
  },
  {
    name: 'log: a line without end',
    peer: { log: endless(Buffer.alloc(65_536, 0x61), { 'content-type': 'text/plain' }) },
    codes: [],
  },
  {
    name: 'log: lines of the far future',
    peer: {
      log: endless(repeated(Buffer.from('9999-12-31T23:59:59.999999999Z x\n')), {
        'content-type': 'text/plain',
      }),
    },
    codes: [],
  },
];
