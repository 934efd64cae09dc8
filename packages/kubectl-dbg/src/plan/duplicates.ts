import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Workflow } from '../model/plan.ts';

/** The duplicate that the server found. */
export interface AddedTwice {
  message: string;
  value: string;
}

/**
 * Explains the server's "Duplicate value" for a pod that was sent without the duplicate: something in the cluster added
 * it, usually a webhook that injects a sidecar which the copy already has from its original. Undefined otherwise.
 */
export function explainDuplicate(
  serverMessage: string,
  sent: Pod,
  workflow: Workflow,
): AddedTwice | undefined {
  const match =
    /\bspec\.(containers|initContainers|ephemeralContainers|volumes)\[\d+\](?:\.\w+(?:\[\d+\])?(?:\.\w+)?)?: Duplicate value: "?([^",\s]+)/.exec(
      serverMessage,
    );
  if (match === null) return undefined;
  const [, list = '', value = ''] = match;
  if (isTwice(sent, value)) return undefined;
  const what = list === 'volumes' ? 'volume' : 'container or entry';
  const where = workflow === 'copy' ? 'the copy' : 'the pod';
  const from = workflow === 'copy' ? 'from its original' : 'already';
  return {
    message: `something in the cluster added the ${what} "${value}" to ${where}, which has it ${from}`,
    value,
  };
}

/** Whether the sent pod contains a name or path twice that must be unique. */
function isTwice({ spec }: Pod, value: string): boolean {
  const all = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  const lists: (string | undefined)[][] = [
    all.map(({ name }) => name),
    (spec?.volumes ?? []).map(({ name }) => name),
    ...all.map(({ volumeMounts }) => (volumeMounts ?? []).map(({ mountPath }) => mountPath)),
  ];
  return lists.some((names) => names.filter((name) => name === value).length > 1);
}
