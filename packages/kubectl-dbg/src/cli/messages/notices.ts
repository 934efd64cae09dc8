/** What the user may do about a notice, by its code: the flags that the notice itself does not name. */
export const NOTICE_HINTS: Readonly<Record<string, string>> = {
  'legacy-deprecated': 'Use --profile=general instead.',
  'non-root': 'To run as root, use --run-as=0.',
  'target-user-unknown': 'Set one with --run-as.',
  'volume-one-node': 'Use --same-node to schedule the copy there.',
  lifetime: 'Change it with --ttl.',
  'inexact-output': 'Use --via=exec for the exact bytes.',
};
