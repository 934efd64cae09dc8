// The client runs on Linux, macOS and Windows: every call that one of them lacks is listed with its guard.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));

/** Patterns to search for: POSIX ids, signals, file modes, terminals, process groups, open flags and Unix paths. */
const CALLS: Readonly<Record<string, RegExp>> = {
  ids: /\bprocess\.(?:get|set)e?[ug]id\b|\bprocess\.(?:getgroups|initgroups|umask)\b/,
  kill: /\bprocess\.kill\(/,
  signal: /\bonSignal\(|\bprocess\.(?:on|once)\(\s*['"`]SIG/,
  mode: /\b[fl]?ch(?:mod|own)(?:Sync)?\(/,
  terminal: /\bsetRawMode\b/,
  group: /\bspawn\([^]*?\bdetached:|\bsignalGroup\b/,
  flags: /\bO_(?:NOFOLLOW|NOCTTY|NONBLOCK|DIRECTORY)\b/,
  path: /['"`]\/(?:proc|dev|etc|tmp|usr|bin|sbin|var|home|run|sys)\b/,
};

/** The files with such calls, and why these are harmless where they are missing. */
const GUARDED: Readonly<Record<string, string>> = {
  'cli/commands/debug.ts: signal': 'passes on: launch/real-world.ts guards',
  'cli/each/attend-each.ts: signal': 'launch/real-world.ts guards',
  'cli/interrupt.ts: signal': 'launch/real-world.ts guards',
  'base/read-file.ts: flags': 'absent flags count as 0',
  'base/own-user.ts: path': 'only looked at if it is there',
  'base/private-file.ts: flags': 'absent flags count as 0',
  'base/private-file.ts: mode': 'Windows only knows whether a file may be written, which it may',
  'launch/code-cache.ts: flags': 'absent flags count as 0',
  'cluster/credentials/credentials.ts: group': 'a type',
  'cluster/credentials/exec-plugin.ts: group': 'a type',
  'cluster/credentials/run-plugin.ts: group':
    'without signalGroup the child is not a group leader and is killed itself',
  'cluster/http/system-authorities.ts: path': 'files that are not there are passed over',
  'cluster/kubeconfig/in-cluster.ts: path': 'only read if it is there',
  'files/receive.ts: mode': 'Windows only knows whether a file may be written',
  'files/open-source.ts: flags': 'absent flags count as 0',
  'files/receive.ts: flags': 'absent flags count as 0',
  'files/tree-writer.ts: flags': 'absent flags count as 0',
  'files/tree-writer.ts: mode': 'Windows only knows whether a file may be written',
  'plan/enter-script.ts: path': 'paths of the container, where the script runs',
  'launch/code-cache.ts: ids': 'asked for only where the function is',
  'launch/foreground.ts: path': 'only on Linux; elsewhere ps is asked',
  'launch/lost-terminal.ts: kill': 'not on Windows',
  'launch/lost-terminal.ts: path': 'not on Windows',
  'launch/real-world.ts: group': 'absent on Windows',
  'launch/real-world.ts: kill':
    'signalGroup is absent on Windows; suspend is only a reaction to SIGTSTP, which does not exist there',
  'launch/real-world.ts: signal': 'on Windows only the signals that it knows',
  'launch/terminal-memory.ts: flags': 'absent flags count as 0',
  'launch/terminal-memory.ts: ids': 'asked for only where the function is',
  'launch/terminal-memory.ts: path': 'only read if it is there',
  'launch/start.ts: terminal': 'only if stdin is a terminal in raw mode',
  'launch/leave.ts: kill': 'not on Windows, where nobody dies of a signal',
  'model/world.ts: group': 'a type',
  'model/world.ts: signal': 'a type',
  'model/world.ts: terminal': 'a type',
  'session/terminal/terminal.ts: signal':
    'launch/real-world.ts guards; without SIGTSTP there is nothing to suspend',
  'session/terminal/terminal.ts: terminal': 'only if stdin is a terminal that has it',
};

/** `FILE: KIND` for each call in the client's code outside comments. */
function callsIn(directory: string): string[] {
  const found = new Set<string>();
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = entry.replaceAll('\\', '/');
    if (!file.endsWith('.ts') || file.endsWith('.test.ts') || /(?:^|\/)(?:testing|fixtures)\//.test(file))
      continue;
    const code = readFileSync(join(directory, entry), 'utf8').replaceAll(
      /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm,
      '',
    );
    for (const [kind, pattern] of Object.entries(CALLS))
      if (pattern.test(code)) found.add(`${file}: ${kind}`);
  }
  return [...found].toSorted();
}

test('every call that Windows or macOS lack is guarded', () => {
  assert.deepEqual(callsIn(SOURCES), Object.keys(GUARDED).toSorted());
});
