import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execErrorMessage, startErrorMessage } from './error-words.ts';

const START =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ';
const INIT = 'unable to start container process: error during container init: ';

for (const [said, expected] of [
  [
    'runc run failed: unable to start container process: exec: "/no": stat /no: no such file or directory',
    `${START}${INIT}exec: "/no": stat /no: no such file or directory`,
  ],
  [
    'runc run failed: unable to start container process: exec: "/etc": permission denied',
    `${START}${INIT}exec: "/etc": is a directory`,
  ],
  [
    'runc run failed: unable to start container process: exec: "/file": permission denied',
    `${START}${INIT}exec: "/file": permission denied`,
  ],
  // Already the text of a newer runc.
  [
    `runc create failed: ${INIT}mkdir /x: not a directory: unknown`,
    `${START}${INIT}mkdir /x: not a directory`,
  ],
] as const) {
  test(`a failed start: ${said}`, () => {
    assert.equal(
      startErrorMessage(said, (path) => path === '/etc'),
      expected,
    );
  });
}

for (const [said, expected] of [
  ['exec: "x": executable file not found in $PATH', 'exec: "x": executable file not found in $PATH'],
  ['exec: "/etc": permission denied', 'exec: "/etc": is a directory'],
] as const) {
  test(`a failed exec: ${said}`, () => {
    assert.equal(
      execErrorMessage(
        'id',
        `exec failed: unable to start container process: ${said}`,
        (path) => path === '/etc',
      ),
      `failed to exec in container: failed to start exec "id": OCI runtime exec failed: exec failed: unable to start container process: ${expected}`,
    );
  });
}
