import { type Injection, OWN_CODE } from './cell.ts';
import { podEndInjections } from './pod-ends.ts';
import { requestInjections } from './requests.ts';
import { streamInjections } from './streams.ts';
import { upgradeInjections } from './upgrades.ts';
import { wayOutInjections } from './ways-out.ts';

/** Everything that can go wrong in a session. */
export const INJECTIONS: readonly Injection[] = [
  ...requestInjections,
  ...streamInjections,
  ...upgradeInjections,
  ...wayOutInjections,
  ...podEndInjections,
  { name: 'nothing goes wrong', short: true, onPty: true, codes: () => [OWN_CODE] },
];
