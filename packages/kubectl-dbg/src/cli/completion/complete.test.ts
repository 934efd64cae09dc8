import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TargetKind } from '../../targets/parse-target.ts';
import { complete } from './complete.ts';
import { Directive, renderCompletion } from './directive.ts';
import type { CompletionSource } from './source.ts';

const NAMES: Partial<Record<TargetKind, string[]>> = {
  Pod: ['web-1', 'web-2', 'db-0'],
  Node: ['worker-1'],
  Deployment: ['web', 'api'],
};

const source: CompletionSource = {
  names: async (kind, { namespace }) => (namespace === 'empty' ? [] : (NAMES[kind] ?? [])),
  containers: async (pod) => (pod === 'web-1' ? ['app', 'proxy'] : []),
  namespaces: async () => ['default', 'shop'],
  sessions: async () => ['web/debugger-bcdfg', 'copy/debugger-fghjk'],
  kubeconfig: async (section) => [`${section}-a`],
};

const broken: CompletionSource = {
  names: () => Promise.reject(new Error('no cluster')),
  containers: () => Promise.reject(new Error('no cluster')),
  namespaces: () => Promise.reject(new Error('no cluster')),
  sessions: () => Promise.reject(new Error('no cluster')),
  kubeconfig: () => Promise.reject(new Error('no cluster')),
};

const rows: [string[], string[], number][] = [
  [['web'], ['web-1', 'web-2'], Directive.noFiles],
  [['pro'], ['profiles'], Directive.noFiles],
  [['dep'], ['deploy/'], Directive.noFiles | Directive.noSpace],
  [['deploy/'], ['deploy/web', 'deploy/api'], Directive.noFiles],
  [['Deployments.v1.apps/w'], ['Deployments.v1.apps/web'], Directive.noFiles],
  [['pod/web-1', 'pod/web'], ['pod/web-2'], Directive.noFiles],
  [['pod/web-1', 'no'], ['node/'], Directive.noFiles | Directive.noSpace],
  [['web-1', ''], [], Directive.noFiles],
  [['web-1', '--', ''], [], Directive.usual],
  [['-n', 'empty', 'web'], [], Directive.noFiles],
  [['-n', ''], ['default', 'shop'], Directive.noFiles],
  [['--namespace=s'], ['shop'], Directive.noFiles],
  [['-itn', 'd'], ['default'], Directive.noFiles],
  [['--context', ''], ['contexts-a'], Directive.noFiles],
  [['web-1', '--target', ''], ['app', 'proxy'], Directive.noFiles],
  [['web-1', '-c', 'p'], ['proxy'], Directive.noFiles],
  [['node/worker-1', '-c', ''], [], Directive.noFiles],
  [['--node', ''], ['worker-1'], Directive.noFiles],
  [['--profile', 'ge'], ['general'], Directive.noFiles],
  [['--image-pull-policy=I'], ['IfNotPresent'], Directive.noFiles],
  [['--dry-run=s'], ['server'], Directive.noFiles],
  [['--attach=f'], ['false'], Directive.noFiles],
  [['--mounts'], ['--mounts-from-target', '--mounts-rw'], Directive.noFiles],
  [['-f', ''], ['json', 'yaml', 'yml'], Directive.fileEndings],
  [['--custom', ''], [], Directive.usual],
  [['profiles', 'rest'], ['restricted'], Directive.noFiles],
  [['attach', ''], ['web/debugger-bcdfg', 'copy/debugger-fghjk'], Directive.noFiles],
  [['attach', 'web/debugger-bcdfg', ''], [], Directive.noFiles],
  [['logs', 'c'], ['copy/debugger-fghjk'], Directive.noFiles],
  [['stop', 'web/debugger-bcdfg', ''], ['copy/debugger-fghjk'], Directive.noFiles],
  [['ls', 'web'], ['web-1', 'web-2'], Directive.noFiles],
  [['completion', ''], ['bash', 'zsh', 'fish', 'powershell'], Directive.noFiles],
  [['--bogus=', ''].slice(0, 1), [], Directive.noFiles],
];

for (const [words, offers, directive] of rows) {
  test(`complete: ${words.map((word) => word || "''").join(' ')}`, async () => {
    const completion = await complete(words, source);
    assert.deepEqual(
      completion.offers.map(({ word }) => word),
      offers,
    );
    assert.equal(completion.directive, directive);
  });
}

test('complete: without a cluster, offers what does not need one', async () => {
  const { offers } = await complete(['pro'], broken);
  assert.deepEqual(
    offers.map(({ word }) => word),
    ['profiles'],
  );
  assert.deepEqual(await complete(['-n', ''], broken), { offers: [], directive: Directive.noFiles });
});

test('complete never throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { maxLength: 4 }), async (words) => {
      await complete(words, broken);
    }),
  );
});

test("kubectl's format: a word per line, its description after a tab, the directive last", () => {
  const offers = [{ word: 'general', description: 'Usual' }, { word: 'x' }];
  assert.equal(renderCompletion({ offers, directive: 4 }), 'general\tUsual\nx\n:4\n');
  assert.equal(renderCompletion({ offers: [], directive: 0 }), ':0\n');
});
