import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { forwardedPorts, runWebSocketPortForward } from './websocket-port-forward.ts';

describe('the ports of a query', () => {
  const cases: [query: string, ports: number[] | undefined][] = [
    ['', []],
    ['ports=80', [80]],
    ['ports=80&ports=81', [80, 81]],
    ['ports=80,81', [80, 81]],
    ['ports=http', undefined],
    ['ports=0', undefined],
    ['ports=65536', undefined],
    ['ports=80,', undefined],
  ];
  for (const [query, ports] of cases) {
    test(JSON.stringify(query), () => {
      assert.deepEqual(forwardedPorts(new URLSearchParams(query)), ports);
    });
  }
});

describe('forwarding', () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    void runWebSocketPortForward(socket, [80, 81], (port) => {
      if (port === 81) return Promise.reject(new Error('connection refused'));
      const [near, far] = duplexPair();
      far.once('data', (chunk: Buffer) => far.end(chunk.toString().toUpperCase()));
      near.once('end', () => near.destroy());
      return Promise.resolve(near);
    });
  });
  after(() => {
    server.close();
  });

  test('each port has a data and an error channel, which start with its number', async () => {
    if (!server.address()) await once(server, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const received = new Map<number, string>();
    client.on('message', (message: Buffer) => {
      const channel = message[0] ?? -1;
      received.set(channel, (received.get(channel) ?? '') + message.toString('latin1', 1));
    });
    await once(client, 'open');
    client.send(Buffer.from('\0hello'));
    const [code] = (await once(client, 'close')) as [number];
    assert.equal(code, 1000);
    assert.deepEqual(
      [0, 1, 2, 3].map((channel) => received.get(channel)),
      ['P\0HELLO', 'P\0', 'Q\0', 'Q\0connection refused'],
    );
  });
});
