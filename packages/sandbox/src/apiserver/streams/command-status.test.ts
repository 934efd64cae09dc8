import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE64_V4, V4, V5 } from 'kubectl-dbg-wire';
import { commandStatus, type SessionEnd } from './command-status.ts';

const SUCCESS = '{"metadata":{},"status":"Success"}';
const three: SessionEnd = { end: { exitCode: 3 } };
const notStarted: SessionEnd = { error: new Error('error executing command in container: <no>') };

const exited = (why: string): string =>
  `{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: ${why}","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`;
const failed = (cause: string): string =>
  `{"metadata":{},"status":"Failure","message":"Internal error occurred: ${cause}","reason":"InternalError","details":{"causes":[{"message":"${cause}"}]},"code":500}`;
const ESCAPED = 'error executing command in container: \\u003cno\\u003e';

for (const [what, subprotocol, end, expected] of [
  ['success in v5', V5, { end: { exitCode: 0 } }, SUCCESS],
  ['success in v4', V4, { end: { exitCode: 0 } }, SUCCESS],
  ['success without a subprotocol', '', { end: { exitCode: 0 } }, undefined],
  ['the end of an attach', V5, { end: undefined }, SUCCESS],
  ['an exit code in v5', V5, three, exited('command terminated with exit code 3')],
  ['an exit code in v4', V4, three, exited('error executing command [sh -c x], exit code 3')],
  [
    'an exit code without a subprotocol',
    '',
    three,
    'command terminated with non-zero exit code: error executing command [sh -c x], exit code 3',
  ],
  ['a command that did not start in v5', V5, notStarted, failed(`Internal error occurred: ${ESCAPED}`)],
  ['a command that did not start in v4', V4, notStarted, failed(ESCAPED)],
  ['a command that did not start in base64', BASE64_V4, notStarted, failed(ESCAPED)],
  [
    'a command that did not start without a subprotocol',
    '',
    notStarted,
    'Internal error occurred: error executing command in container: <no>',
  ],
] as const) {
  test(`the error channel reports ${what}`, () => {
    const streams = { stdin: false, stdout: true, stderr: true, tty: false };
    const status = commandStatus(end, {
      subprotocol,
      streams,
      command: ['sh', '-c', 'x'],
      endsWithStdin: false,
    });
    assert.equal(status?.toString(), expected);
  });
}
