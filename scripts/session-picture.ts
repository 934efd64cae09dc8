// Generates docs/session.svg, the README's picture, from a real session: a shell on a pseudo-terminal, the official kubectl
// with kubectl-dbg as its plugin, and real containers. `npm run picture`.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingForRealContainers, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { KUBECTL_DBG } from '../e2e/command.ts';
import { officialKubectl } from '../e2e/official-kubectl.ts';
import { TerminalProgram } from '../e2e/terminal.ts';
import { terminalPicture } from './terminal-picture.mjs';

const PICTURE = fileURLToPath(new URL('../docs/session.svg', import.meta.url));
const COLUMNS = 100;
const PROMPT = '$ ';
const INNER_PROMPT = '/ # ';
/** Enough rows that nothing scrolls off. */
const ROWS = 60;

interface Step {
  type: string;
  /** The expected last line of the screen. */
  until: string;
}

const STEPS: Step[] = [
  { type: 'kubectl dbg web', until: INNER_PROMPT },
  { type: 'ps -o pid,user,args', until: INNER_PROMPT },
  { type: 'wget -qO- localhost:8080', until: INNER_PROMPT },
  { type: 'exit', until: PROMPT },
  { type: "kubectl dbg web -q -- sh -c 'ls /proc/1/root/app; exit 7'; echo $?", until: PROMPT },
  { type: 'kubectl dbg web -q --image=nosuch.invalid/tools', until: PROMPT },
];

const missing = missingForRealContainers();
if (missing !== undefined) throw new Error(`the picture needs real containers: ${missing}`);
const kubectl = await officialKubectl();
if ('missing' in kubectl) throw new Error(kubectl.missing);

const directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-picture-'));
const sandbox = await startSandbox({ runtime: 'runc' });
try {
  const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
  await createWeb(cluster);
  await cluster.close();
  symlinkSync(KUBECTL_DBG, join(directory, 'kubectl-dbg'));
  symlinkSync(kubectl.path, join(directory, 'kubectl'));
  writeFileSync(PICTURE, await play());
  console.log(PICTURE);
} finally {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

async function play(): Promise<string> {
  const env = {
    PATH: `${directory}:${process.env.PATH ?? ''}`,
    HOME: directory,
    TERM: 'xterm-256color',
    KUBECONFIG: sandbox.kubeconfig,
    PS1: PROMPT,
  };
  const terminal = new TerminalProgram('sh', ['-i'], { env, cols: COLUMNS, rows: ROWS });
  try {
    await lastLineIs(terminal, PROMPT);
    for (const { type, until } of STEPS) {
      terminal.type(`${type}\r`);
      // Wait for the echo, to not take the previous prompt for the next one.
      await terminal.waitFor(type);
      await lastLineIs(terminal, until);
    }
    const lines = linesOf(terminal).slice(0, -1);
    return terminalPicture(lines.map(runsOf), {
      columns: COLUMNS,
      title: 'kubectl dbg',
      description: lines.join('\n'),
    });
  } finally {
    terminal.kill('SIGKILL');
  }
}

async function lastLineIs(terminal: TerminalProgram, prompt: string): Promise<void> {
  const escaped = prompt.trimEnd().replaceAll(/[$/]/g, '\\$&');
  await terminal.waitFor(new RegExp(`(?:^|\\n)${escaped}$`), 60_000);
}

function linesOf({ text }: TerminalProgram): string[] {
  return text.replaceAll(/\n{2,}/g, '\n').split('\n');
}

/** Styles for typed input, messages of kubectl-dbg, and failures. */
function runsOf(line: string): { text: string; className?: string }[] {
  const prompt = [PROMPT, INNER_PROMPT].find((start) => line.startsWith(start));
  if (prompt !== undefined) {
    return [
      { text: prompt, className: 'green' },
      { text: line.slice(prompt.length), className: 'typed' },
    ].filter(({ text }) => text !== '');
  }
  if (/^(?:error|Error):/.test(line)) return [{ text: line, className: 'red' }];
  if (/^(?:Defaulting|Targeting|Everything typed|If you don't)/.test(line))
    return [{ text: line, className: 'dim' }];
  return line === '' ? [] : [{ text: line }];
}

/** A service whose image has one program and no shell. */
async function createWeb(cluster: Cluster): Promise<void> {
  const path = '/api/v1/namespaces/default/pods';
  const image = 'example.com/distroless/http-service:v1';
  const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 };
  const containers = [{ name: 'service', image, readinessProbe }];
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers } };
  const { metadata } = await cluster.request<Pod>({ method: 'POST', path, body });
  const resourceVersion = metadata?.resourceVersion ?? '';
  const signal = AbortSignal.timeout(60_000);
  const query = { fieldSelector: 'metadata.name=web' };
  for await (const { object } of cluster.watch<Pod>({ path, query, resourceVersion, signal })) {
    if (object.status?.containerStatuses?.some(({ ready }) => ready)) return;
  }
  throw new Error('the pod was never ready');
}
