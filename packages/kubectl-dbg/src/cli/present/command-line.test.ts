import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import { parse } from '../grammar/index.ts';
import { commandsFor } from './command-line.ts';

const LINUX = { platform: 'linux', env: {} } as const;
const ADDRESS = { namespace: 'shop', pod: 'web', container: 'debugger-x' };
const BOTH = { stdin: true, tty: true };

const attach = (commands: FollowUpCommands) => commands.attach(ADDRESS, BOTH);

const flagRows: [flags: string[], printed: string][] = [
  [[], ''],
  [['-n', 'other', '--request-timeout=3s', '-v6'], ''],
  [
    ['--kubeconfig', 'my k.kc', '--context', 'my first cluster', '--as', 'x'],
    " --kubeconfig 'my k.kc' --context 'my first cluster' --as x",
  ],
  [
    ['--cluster=c', '--user=u', '--as-group=a', '--as-group=b c', '--as-uid=7', '--as-user-extra=k=v w'],
    " --cluster c --user u --as-group a --as-group 'b c' --as-uid 7 --as-user-extra 'k=v w'",
  ],
  [['--token=s3cr3t'], ' --token TOKEN'],
  [['--username=me', '--password=s3cr3t'], ' --username me --password PASSWORD'],
  [['-s', 'https://me:s3cr3t@s3cr3t@host:6443/x'], " --server 'https://me:PASSWORD@host:6443/x'"],
  [['-s', 'http://host:80'], ' --server http://host:80'],
  [
    ['--insecure-skip-tls-verify', '--tls-server-name=n', '--certificate-authority=a b.crt'],
    " --certificate-authority 'a b.crt' --insecure-skip-tls-verify --tls-server-name n",
  ],
  [['--client-certificate=c.crt', '--client-key=c.key'], ' --client-certificate c.crt --client-key c.key'],
  [['--context='], ''],
];

for (const [flags, printed] of flagRows) {
  test(`a printed command contains ${flags.join(' ') || 'nothing'}`, () => {
    const commands = commandsFor(parse(['web', ...flags]).options, LINUX);
    assert.equal(attach(commands), `kubectl attach web -c debugger-x -n shop -i -t${printed}`);
    assert.doesNotMatch(attach(commands), /s3cr3t/);
  });
}

const plain = commandsFor({}, LINUX);
const evil = { ...ADDRESS, pod: 'web;id;$(id)' };

const commandRows: [printed: string, expected: string][] = [
  [plain.logs(ADDRESS), 'kubectl logs web -c debugger-x -n shop'],
  [plain.logs(evil), "kubectl logs 'web;id;$(id)' -c debugger-x -n shop"],
  [plain.deletePod(evil), "kubectl delete pod 'web;id;$(id)' -n shop"],
  [plain.deletePod({ namespace: 'shop', pod: '--all' }), 'kubectl delete pod/--all -n shop'],
  [plain.attach({ ...ADDRESS, pod: '--all' }, BOTH), 'kubectl attach pod/--all -c debugger-x -n shop -i -t'],
  [plain.getPod({ namespace: 'a\nb', pod: 'web' }), String.raw`kubectl get pod web -n 'a\nb'`],
  [plain.describePod(ADDRESS), 'kubectl describe pod web -n shop'],
  [plain.describeNode('n1'), 'kubectl describe node n1'],
  [plain.kubectl('dbg', 'ls', '-n', 'a b'), "kubectl dbg ls -n 'a b'"],
  [
    plain.exec(ADDRESS, { stdin: true, tty: false }, ['sh', '-c', 'a b']),
    "kubectl exec web -c debugger-x -n shop -i -- sh -c 'a b'",
  ],
  [plain.showLabels('shop'), 'kubectl get pods --show-labels -n shop'],
  [plain.showLabels(undefined), 'kubectl get pods --show-labels --all-namespaces'],
  [plain.canI('create', 'pods/attach', 'shop'), 'kubectl auth can-i create pods/attach -n shop'],
  [
    plain.createJob({ namespace: 'shop', name: '$(id)' }),
    "kubectl create job NAME '--from=cronjob/$(id)' -n shop",
  ],
];

for (const [printed, expected] of commandRows) {
  test(`prints ${expected}`, () => assert.equal(printed, expected));
}

const shells: [name: string, world: Parameters<typeof commandsFor>[1], quoted: string][] = [
  ['PowerShell', { platform: 'win32', env: {} }, "'my k.kc'"],
  ['cmd', { platform: 'win32', env: { PROMPT: '$P$G' } }, '"my k.kc"'],
  ["Git's bash", { platform: 'win32', env: { MSYSTEM: 'MINGW64', PROMPT: '$P$G' } }, "'my k.kc'"],
];

for (const [name, world, quoted] of shells) {
  test(`quotes for ${name}`, () => {
    const commands = commandsFor({ kubeconfig: 'my k.kc' }, world);
    assert.match(commands.logs(ADDRESS), new RegExp(`--kubeconfig ${quoted}$`));
  });
}

/** A verb, or a value in the place of the verb, outside comments. */
const COMPOSED =
  /^(?!\s*(?:\/?\*|\/\/)).*\bkubectl (?:\$\{|(?:annotate|apply|attach|auth|cp|create|debug|delete|describe|exec|get|label|logs|patch|run|top|wait)\b)/m;

test('messages take the commands of this program from there too, with the flags of cluster and user', () => {
  const messages = join(import.meta.dirname, '..', 'messages');
  const composers = readdirSync(messages)
    .filter((name) => !name.endsWith('.test.ts'))
    .filter((name) => /\bkubectl dbg [a-z$A-Z]/.test(readFileSync(join(messages, name), 'utf8')));
  assert.deepEqual(composers, []);
});

test('no other file composes a kubectl command', () => {
  assert.match('  remedy: `kubectl delete pod ${name}`', COMPOSED);
  assert.match("say('look with kubectl get pods');", COMPOSED);
  assert.doesNotMatch(' * piped into `kubectl create -f -`', COMPOSED);
  const source = join(import.meta.dirname, '..', '..');
  const composers = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => !/^(cases|testing)[/\\]|follow-up-commands\.ts$/.test(name))
    .filter((name) => COMPOSED.test(readFileSync(join(source, name), 'utf8')));
  assert.deepEqual(composers, []);
});
