import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DbgError } from '../../model/failure.ts';
import { completionScript, SHELLS } from './scripts.ts';

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-completion-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function found(shell: string): boolean {
  return spawnSync(shell, ['-c', ':']).error === undefined;
}

/** Programs that check a script's syntax without running it. */
const CHECKS: Record<string, [string, string[]]> = {
  bash: ['bash', ['-n']],
  zsh: ['zsh', ['-n']],
  fish: ['fish', ['--no-execute']],
  powershell: ['pwsh', ['-NoProfile', '-File']],
};

for (const shell of SHELLS) {
  const [program, flags] = CHECKS[shell] ?? ['', []];
  test(
    `${shell} accepts its script`,
    { skip: found(program) ? false : `${program} is not installed` },
    () => {
      const file = join(directory, `completion.${shell === 'powershell' ? 'ps1' : shell}`);
      writeFileSync(file, completionScript(shell));
      const run = spawnSync(program, [...flags, file], { encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
    },
  );
}

test('there is no script for an unknown shell', () => {
  assert.throws(() => completionScript('ksh'), DbgError);
  assert.throws(() => completionScript(undefined), DbgError);
});

describe('in bash', { skip: found('bash') ? false : 'bash is not installed' }, () => {
  /** The completions that bash offers for a line when kubectl-dbg returns `reply`. */
  function offered(line: string, reply: string): { offers: string[]; asked: string[] } {
    const program = join(directory, 'kubectl-dbg');
    writeFileSync(
      program,
      `#!/bin/bash\nprintf '<%s>\\n' "$@" >'${directory}/asked'\nprintf '%b' '${reply}'\n`,
      {
        mode: 0o755,
      },
    );
    const script = `${completionScript('bash')}
PATH='${directory}':$PATH
COMP_LINE='${line}'
COMP_POINT=\${#COMP_LINE}
COMP_WORDS=('${line.split(/[ =]/).at(-1) ?? ''}')
COMP_CWORD=0
_kubectl_dbg
printf '%s\\n' "\${COMPREPLY[@]}"
cat '${directory}/asked' >&2`;
    const run = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: directory });
    assert.equal(run.status, 0, run.stderr);
    const lines = (text: string): string[] => text.split('\n').filter((entry) => entry !== '');
    return { offers: lines(run.stdout), asked: lines(run.stderr).map((entry) => entry.slice(1, -1)) };
  }

  test('passes the words so far, and offers words without their descriptions', () => {
    const { offers, asked } = offered('kubectl-dbg web-1 --target ', 'app\\tthe app\\nproxy\\n:4\\n');
    assert.deepEqual(asked, ['__complete', 'web-1', '--target', '']);
    assert.deepEqual(offers, ['app', 'proxy']);
  });

  test('keeps a value after = as one word', () => {
    const { offers, asked } = offered('kubectl-dbg --profile=ge', 'general\\n:4\\n');
    assert.deepEqual(asked, ['__complete', '--profile=ge']);
    assert.deepEqual(offers, ['general']);
  });

  test('offers files by extension', () => {
    writeFileSync(join(directory, 'pod.yaml'), '');
    writeFileSync(join(directory, 'pod.txt'), '');
    const { offers } = offered('kubectl-dbg -f po', 'json\\nyaml\\nyml\\n:8\\n');
    assert.deepEqual(offers, ['pod.yaml']);
  });

  test('offers nothing if there is nothing to offer', () => {
    assert.deepEqual(offered('kubectl-dbg web-1 ', ':4\\n').offers, []);
  });
});
