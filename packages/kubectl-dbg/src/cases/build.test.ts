import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { runCases, type Case } from './cases.ts';
import type { CaseOutcome } from './differences.ts';
import { planCase, podOf, refusalOr } from './run-request.ts';

interface Expected {
  error?: boolean;
  message?: string;
  container?: Container;
  pod?: Pod;
  attachTo?: string;
}

/** The expected result of a build in the file: the container, the pod, or a message. */
function upstream(given: Case): CaseOutcome {
  const { error, message, container, pod } = given['expected'] as Expected;
  if (error === true) return { error: message ?? '' };
  return container === undefined ? { pod } : { container };
}

/** Like `upstream`, with the container that an attach would use. */
function upstreamAttach(given: Case): CaseOutcome {
  const outcome = upstream(given);
  if (outcome.error !== undefined) return outcome;
  return { ...outcome, attachTo: (given['expected'] as Expected).attachTo };
}

runCases('ephemeral-build', upstream, (given) =>
  refusalOr(async () => ({ container: (await planCase(given)).container })),
);
runCases('ephemeral-more', upstream, (given) =>
  refusalOr(async () => ({ container: (await planCase(given)).container })),
);
for (const suite of ['copy-build', 'node-build', 'node-more']) {
  runCases(suite, upstream, (given) => refusalOr(async () => ({ pod: podOf(await planCase(given)) })));
}
runCases('copy-more', upstreamAttach, (given) =>
  refusalOr(async () => {
    const plan = await planCase(given);
    if (given.id === 'copy-more/custom-on-init') return { initArgs: plan.container?.args };
    return { pod: podOf(plan), attachTo: plan.session?.address.container ?? '' };
  }),
);

/** Generated names are compared with the case's pattern. */
function nameMatches(name: string | undefined, pattern: unknown): boolean {
  return new RegExp(String(pattern)).test(name ?? '');
}

runCases(
  'node-custom',
  (given) => ({ ...upstream(given), named: true }),
  async (given) => {
    const pod = podOf(await planCase(given));
    const { name, ...metadata } = pod.metadata ?? {};
    return {
      pod: { ...pod, metadata },
      named: nameMatches(name, (given['expected'] as { podNamePattern: string }).podNamePattern),
    };
  },
);

for (const [suite, list] of [
  ['copy-custom', 'containers'],
  ['ephemeral-custom', 'ephemeralContainers'],
] as const) {
  runCases(
    suite,
    (given) => ({ ...upstream(given), named: true }),
    async (given) => {
      const pod = structuredClone(podOf(await planCase(given)));
      const added = pod.spec?.[list]?.at(-1) as Partial<Container>;
      const { addedContainerNamePattern } = given['expected'] as { addedContainerNamePattern: string };
      const named = nameMatches(added.name, addedContainerNamePattern);
      delete added.name;
      return { pod, named };
    },
  );
}
