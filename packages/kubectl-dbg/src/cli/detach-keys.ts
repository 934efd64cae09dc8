import { parseDetachKeys } from '../session/terminal/detach-keys.ts';
import { usage } from './cli-error.ts';

const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q';

/** The bytes of `--detach-keys`. Throws DbgError (usage). */
export function detachKeysOf({
  detachKeys: text = DEFAULT_DETACH_KEYS,
}: {
  detachKeys?: string;
}): Uint8Array {
  const keys = parseDetachKeys(text);
  if (keys !== undefined) return keys;
  throw usage(
    `invalid --detach-keys ${JSON.stringify(text)}`,
    'Write keys such as ctrl-p,ctrl-q; empty for none',
  );
}
