// The built program against malicious servers and files: it exits by itself or within a second of SIGTERM, uses less than
// 300 MB, and prints no raw control character. `npm run hostile` writes docs/reports/hostile.md.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { kubeconfigFor, startApiServer } from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { ATTACKS } from './hostile/attacks.ts';
import { observe, type Result, tryAttack } from './hostile/trial.ts';
import { writeReport } from './hostile/report.ts';

const MOST_MEGABYTES = 300;
const MOST_MS = 1_000;
const SIGTERM_EXIT = 143;

/** While other tests use the CPU, CPU time is limited instead; this limit only detects waiting. */
const MAX_WALL_CLOCK_MS = 10_000;

const rows: { name: string; result: Result }[] = [];

function check(name: string, result: Result, codes: readonly number[]): void {
  rows.push({ name, result });
  const { code, stderr, peak, took, busy, signalled } = result;
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(stderr, /[\u0000-\u0009\u000b-\u001f\u007f]/, 'raw control characters');
  assert.ok(
    code !== null && (codes.includes(code) || (signalled && code === SIGTERM_EXIT)),
    `code ${code}: ${stderr.slice(-1000)}`,
  );
  assert.doesNotMatch(stderr, /bug in kubectl-dbg/);
  assert.ok((peak ?? 0) <= MOST_MEGABYTES, `${peak} MB`);
  assert.ok(busy <= MOST_MS, `busy for ${busy} ms after SIGTERM`);
  if (signalled) assert.ok(took <= MAX_WALL_CLOCK_MS, `obeyed SIGTERM after ${took} ms`);
}

describe('a malicious server', { concurrency: 3 }, () => {
  for (const attack of ATTACKS) {
    test(attack.name, async (context) => check(attack.name, await tryAttack(context, attack), attack.codes));
  }
});

describe(
  'a malicious file',
  { concurrency: 3, skip: process.platform === 'win32' && 'no such files there' },
  () => {
    const files: [name: string, cluster: object, user: object, codes: number[]][] = [
      ['certificate-authority: /dev/zero', { 'certificate-authority': '/dev/zero' }, {}, [78]],
      ['certificate-authority: a pipe that nobody writes to', { 'certificate-authority': 'PIPE' }, {}, [78]],
      ['tokenFile: a pipe that nobody writes to', {}, { tokenFile: 'PIPE' }, [78]],
      ['tls-server-name with control characters', { 'tls-server-name': '\u001b[2J\r\n' }, {}, [64, 68, 78]],
      [
        'proxy-url with a password and control characters',
        { 'proxy-url': 'http://u:s3cret@127.0.0.1:9/\u001b' },
        {},
        [68, 78],
      ],
      [
        'a credential plugin that prints without end',
        {},
        { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'yes', interactiveMode: 'Never' } },
        [78],
      ],
    ];
    for (const [name, cluster, user, codes] of files) {
      test(name, async (context) => {
        const server = await startApiServer(context, {});
        const directory = await temporaryDirectory(context);
        const pipe = join(directory, 'pipe');
        assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
        const replaced = (entry: object): Record<string, unknown> =>
          JSON.parse(JSON.stringify(entry).replaceAll('PIPE', pipe)) as Record<string, unknown>;
        const ca = 'certificate-authority' in cluster ? { 'certificate-authority-data': undefined } : {};
        const text = kubeconfigFor(server, replaced(user), { ...ca, ...replaced(cluster) });
        await writeFile(join(directory, 'config'), text, { mode: 0o600 });
        const result = await observe(
          ['--kubeconfig', join(directory, 'config'), 'web', '-v=9'],
          Promise.resolve(),
        );
        assert.doesNotMatch(result.stderr, /s3cret/);
        check(name, result, codes);
      });
    }

    test('a kubeconfig that is a pipe whose writer says nothing', async (context) => {
      const pipe = join(await temporaryDirectory(context), 'pipe');
      assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
      const writer = spawn('sh', ['-c', 'exec 3<>"$0"; echo ready; exec sleep 600', pipe]);
      context.after(() => writer.kill());
      await new Promise((resolve) => writer.stdout.once('data', resolve));
      check(
        'kubeconfig: a pipe whose writer says nothing',
        await observe(['--kubeconfig', pipe, 'web'], Promise.resolve()),
        [],
      );
    });

    test('a kubeconfig of 50 MB, and one without end', async (context) => {
      const file = join(await temporaryDirectory(context), 'config');
      await writeFile(file, `users: [${'{},'.repeat(17_000_000)}]`);
      check('kubeconfig: 50 MB', await observe(['--kubeconfig', file, 'web'], Promise.resolve()), [78]);
      check(
        'kubeconfig: /dev/zero',
        await observe(['--kubeconfig', '/dev/zero', 'web'], Promise.resolve()),
        [78],
      );
    });

    const many: [what: string, text: string][] = [
      ['{},', `users: [${'{},'.repeat(5_000_000)}]`],
      ['[[[', '['.repeat(15_000_000)],
      ['keys', Array.from({ length: 800_000 }, (_, index) => `k${index}: v`).join('\n')],
      ['escapes', `users: "${'\\x41'.repeat(3_900_000)}"`],
      ['anchors', `users:\n${'- &a 1\n'.repeat(2_000_000)}`],
    ];
    for (const [what, text] of many) {
      test(`15 MB of ${what} in a kubeconfig, and in a manifest`, async (context) => {
        const file = join(await temporaryDirectory(context), 'file.yaml');
        await writeFile(file, text);
        const config = ['--kubeconfig', file, 'web'];
        check(`kubeconfig: 15 MB of ${what}`, await observe(config, Promise.resolve()), [78]);
        const manifest = ['--server', 'http://127.0.0.1:9', '-f', file];
        check(`manifest: 15 MB of ${what}`, await observe(manifest, Promise.resolve()), [64]);
      });
    }
  },
);

after(async () => {
  if (process.env['HOSTILE_REPORT'] !== undefined) await writeReport(process.env['HOSTILE_REPORT'], rows);
});
