// Every message in docs/troubleshooting.md is a message of the program.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

test('each message of the troubleshooting page exists in the sources', () => {
  const page = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8');
  const messages = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, message = '']) => message);
  assert.ok(messages.length > 10);
  const sources = ['src', 'bin']
    .map((directory) => textOf(join(root, 'packages', 'kubectl-dbg', directory)))
    .join('\n');
  const unknown = messages.filter((message) => !partsOf(message).every((part) => sources.includes(part)));
  assert.deepEqual(unknown, []);
});

/** The constant parts of a message. */
function partsOf(message: string): string[] {
  return message
    .replace(/^error: /, '')
    .split('…')
    .map((part) => part.replaceAll(/^[\s:]+|[\s:]+$/g, ''));
}

function textOf(directory: string): string {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}
