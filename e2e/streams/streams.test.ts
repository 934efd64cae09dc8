import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIXTURES, playDirectory } from './run.ts';

test('delivers every recorded stream completely, or reports what is missing', async (context) => {
  let count = 0;
  for await (const { name, failure, skipped } of playDirectory(FIXTURES)) {
    count += 1;
    await context.test(name, () =>
      assert.deepEqual({ failure, skipped }, { failure: undefined, skipped: undefined }),
    );
  }
  assert.ok(count >= 59, `only ${count} recordings were found`);
});
