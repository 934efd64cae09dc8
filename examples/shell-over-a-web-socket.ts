// A shell in a pod for a web page: a server forwards a debug session over a WebSocket, and xterm.js displays it.
// Binary messages are the terminal's bytes; text messages are JSON: sizes to the server, the outcome to the page.
// Run it with: node --test (or npx tsx --test) examples/shell-over-a-web-socket.ts
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { after, afterEach, before, test } from 'node:test';
import xterm from '@xterm/headless';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import {
  type Cluster,
  debug,
  listSessions,
  type OnEvent,
  openCluster,
  type Outcome,
  stopSession,
} from 'kubectl-dbg';
import { WebSocket, WebSocketServer } from 'ws';

// --- The server. Whoever can open the socket has the server's rights in the cluster: authenticate users first. ---

interface Size {
  columns: number;
  rows: number;
}

/** Runs a shell in a debug container of the pod while the socket is open; the first text message is the size. */
async function serveShell(socket: WebSocket, cluster: Cluster, target: string): Promise<void> {
  const gone = new AbortController();
  const keyboard = Object.assign(new PassThrough(), { isTTY: true });
  const screen = Object.assign(
    // Back-pressure: a slow page slows the program instead of filling memory.
    new Writable({ write: (bytes: Uint8Array, _encoding, done) => socket.send(bytes, done) }),
    { isTTY: true, columns: 80, rows: 24 },
  );
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) keyboard.write(data);
    else if (setSize(screen, data.toString())) screen.emit('resize');
  });
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const options = { target, image: 'busybox', command: ['sh'], tty: true };
  let session: string | undefined;
  const on: OnEvent = (event) => {
    if (event.kind === 'output-begins') session = Object.values(event.address).join('/');
  };
  try {
    await once(socket, 'message', { signal: gone.signal });
    const streams = { stdin: keyboard, stdout: screen };
    const { outcome } = await debug(cluster, options, { ...streams, on, signal: gone.signal });
    socket.send(JSON.stringify(outcome));
    socket.close();
  } catch (error) {
    // The shell would keep running after a disconnect, but nobody will attach to it again.
    if (session !== undefined) await stopSession(cluster, session);
    if (!gone.signal.aborted) throw error;
  }
}

/** Messages of a page are untrusted. */
function setSize(screen: Size, text: string): boolean {
  const [, columns, rows] = /^\{"columns":(\d{1,4}),"rows":(\d{1,4})\}$/.exec(text) ?? [];
  if (columns === undefined || rows === undefined) return false;
  Object.assign(screen, { columns: Number(columns), rows: Number(rows) });
  return true;
}

// --- The page. In a browser, the terminal is from @xterm/xterm, and the WebSocket is the browser's. ---

/** Connects a terminal to a socket; resolves with the outcome of the session. */
async function showShell(terminal: xterm.Terminal, socket: WebSocket): Promise<Outcome> {
  const sendSize = () => socket.send(JSON.stringify({ columns: terminal.cols, rows: terminal.rows }));
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', sendSize);
  terminal.onResize(sendSize);
  terminal.onData((keys) => socket.send(new TextEncoder().encode(keys)));
  return await new Promise((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') resolve(JSON.parse(data) as Outcome);
      else terminal.write(new Uint8Array(data as ArrayBuffer));
    });
    socket.addEventListener('close', () => reject(new Error('the socket closed before the session ended')));
    socket.addEventListener('error', ({ message }) => reject(new Error(message)));
  });
}

// --- Their tests. ---

let sandbox: Sandbox;
let cluster: Cluster;
let sockets: WebSocketServer;
const sessions: Promise<void>[] = [];

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
  cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
  const containers = [{ name: 'app', image: 'example.com/web:v1', command: ['sleep', '3600'] }];
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers } };
  await cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
  sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 64 * 1024 });
  sockets.on('connection', (socket) => sessions.push(serveShell(socket, cluster, 'pod/web')));
  await once(sockets, 'listening');
});
afterEach(() => sessions.splice(0));
after(async () => {
  sockets.close();
  await cluster.close();
  await sandbox.stop();
});

function openPage() {
  const terminal = new xterm.Terminal({ cols: 100, rows: 30, allowProposedApi: true });
  const socket = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`);
  return { terminal, socket, outcome: showShell(terminal, socket) };
}

/** Resolves when the screen shows the text. */
async function shown(terminal: xterm.Terminal, what: RegExp): Promise<void> {
  const lines = () => {
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true));
  };
  while (!what.test(lines().join('\n'))) {
    await new Promise<void>((resolve) => {
      const listener = terminal.onWriteParsed(() => {
        listener.dispose();
        resolve();
      });
    });
  }
}

/** Resolves when programs in the container see the terminal's size, which is sent separately. */
async function isSized(terminal: xterm.Terminal): Promise<void> {
  const size = `${terminal.rows} ${terminal.cols}`;
  terminal.input(`until [ "$(stty size)" = "${size}" ]; do sleep 0.05; done; echo now "${size}"\r`);
  await shown(terminal, new RegExp(`^now ${size}$`, 'm'));
}

test('transfers prompt, keys, terminal size and exit code', async () => {
  const { terminal, outcome } = openPage();
  await shown(terminal, /[#$] $/m);
  terminal.input('echo $((6 * 7))\r');
  await shown(terminal, /^42$/m);
  await isSized(terminal);
  terminal.resize(90, 20);
  await isSized(terminal);
  terminal.input('exit 5\r');
  assert.deepEqual(await outcome, { kind: 'exited', code: 5 });
  await Promise.all(sessions);
});

test('closing the page ends the session and the shell', async () => {
  const { terminal, socket, outcome } = openPage();
  await shown(terminal, /[#$] $/m);
  const [session] = sessions;
  socket.close();
  await assert.rejects(outcome, /closed before/);
  await session;
  const states = await listSessions(cluster);
  assert.deepEqual(
    states.map(({ state }) => state),
    ['ended', 'ended'],
  );
});
