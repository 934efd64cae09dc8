import { isDeepStrictEqual } from 'node:util';
import type { PodTemplate } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, servedResource } from '../api-client.ts';
import { controlledBy, controllerReference } from './owned-pods.ts';
import { templateHash } from './template-hash.ts';

const REVISIONS = servedResource('apps', 'v1', 'controllerrevisions');

/** The label with a revision's hash, by kind of the owner. */
const HASH_LABELS: Readonly<Record<string, string>> = {
  DaemonSet: 'controller-revision-hash',
  StatefulSet: 'controller.kubernetes.io/hash',
};

interface ControllerRevision extends KubeObject {
  data: unknown;
  revision: number;
}

/** A version of a StatefulSet's or DaemonSet's template. */
export interface TemplateRevision {
  name: string;
  /** The value of the pods' label: for a StatefulSet the revision's name, for a DaemonSet only the hash. */
  hash: string;
  number: number;
}

/** The revision of the current template; creates the ControllerRevision if it is new. */
export function currentRevision(
  client: ControllerClient,
  owner: KubeObject,
  template: PodTemplate | undefined,
): TemplateRevision {
  const hash = templateHash(template);
  const name = `${owner.metadata.name}-${hash}`;
  const known = controlledBy<ControllerRevision>(client.store, REVISIONS.key, owner);
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  const newest = Math.max(0, ...known.map((revision) => revision.revision));
  const found = known.find((revision) => revision.metadata.name === name);
  if (found === undefined) {
    const { namespace = '' } = owner.metadata;
    client.create<ControllerRevision>(REVISIONS, namespace, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace,
        labels: { ...template?.metadata?.labels, [HASH_LABELS[owner.kind] ?? '']: hash },
        ...(owner.metadata.annotations === undefined ? {} : { annotations: owner.metadata.annotations }),
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: newest + 1,
    });
    return { name, hash, number: newest + 1 };
  }
  if (found.revision !== newest) {
    client.store.update<ControllerRevision>(REVISIONS.key, owner.metadata.namespace, name, (draft) => {
      draft.revision = newest + 1;
      if (!isDeepStrictEqual(draft.data, data)) draft.data = data;
    });
    return { name, hash, number: newest + 1 };
  }
  return { name, hash, number: newest };
}
