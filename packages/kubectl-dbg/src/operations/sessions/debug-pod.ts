import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { SessionTool } from '../../model/debug-session.ts';
import { type Ownership, readOwnership } from '../../model/ownership.ts';
import { objects, text } from './read-fields.ts';

/** A pod that seems to be created for debugging. */
export interface DebugPod {
  workflow: 'copy' | 'node';
  tool: SessionTool;
  /**
   * The evidence: `mark`: our annotation; `tool`: the label or annotation of another tool; `looks`: only names, which
   * anybody may choose. Only the first two are proofs.
   */
  evidence: 'mark' | 'tool' | 'looks';
  /** Our mark. */
  mark?: Ownership;
  /** `pod/NAME` or `node/NAME`, if known. */
  target?: string;
}

/** kubectl's label of node pods, since v1.34; other tools write the same key. */
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** Annotations of `oc debug`. Source: openshift/oc, pkg/cli/debug. */
const OC_CONTAINER = 'debug.openshift.io/source-container';
const OC_RESOURCE = 'debug.openshift.io/source-resource';

/** Annotation of mirror pods of static pods: nobody created them for debugging. */
const MIRROR = 'kubernetes.io/config.mirror';

/** Names that kubectl generates: five characters without vowels and lookalikes. */
const DRAWN = '[bcdfghjklmnpqrstvwxz2456789]{5}';

/** The name of a debug container, as `kubectl debug` and we generate it. */
export const DRAWN_CONTAINER = new RegExp(`^debugger-${DRAWN}$`);

const DEBUG_NAME = /^(.+)-debug(-[a-z0-9]{5})?$/;

/**
 * Checks whether a pod was created for debugging; undefined if nothing indicates it. A pod that a workload owns never is.
 */
export function readDebugPod(pod: Pod): DebugPod | undefined {
  const { metadata, spec } = pod;
  const owners: unknown = metadata?.ownerReferences;
  const annotations = metadata?.annotations ?? {};
  if ((Array.isArray(owners) && owners.length > 0) || annotations[MIRROR] !== undefined) return undefined;
  const name = text(metadata?.name) ?? '';
  const node = text(spec?.nodeName);

  const mark = readOwnership(pod);
  if (mark !== undefined && mark.workflow !== 'ephemeral' && (mark.pod ?? name) === name) {
    const { workflow, source } = mark;
    const target = source === undefined ? {} : { target: `${source.kind.toLowerCase()}/${source.name}` };
    return { workflow, tool: 'kubectl-dbg', evidence: 'mark', mark, ...target };
  }
  const onNode = node === undefined ? {} : { target: `node/${node}` };
  if (metadata?.labels?.[MANAGED_BY] === 'kubectl-debug' && name.startsWith('node-debugger-')) {
    return { workflow: 'node', tool: 'kubectl-debug', evidence: 'tool', ...onNode };
  }
  if (text(annotations[OC_CONTAINER]) !== undefined || text(annotations[OC_RESOURCE]) !== undefined) {
    return { ...ofOc(text(annotations[OC_RESOURCE]), onNode), tool: 'oc-debug', evidence: 'tool' };
  }
  return readLooks(pod, name, node);
}

/** `/v1, Resource=nodes/vm-1`, as `oc debug` records its arguments. */
function ofOc(
  resource: string | undefined,
  onNode: { target?: string },
): Pick<DebugPod, 'workflow' | 'target'> {
  const [, kind, name] = /Resource=([^/\s]+)\/(\S+)$/.exec(resource ?? '') ?? [];
  if (kind === 'nodes') return { workflow: 'node', ...onNode };
  if (kind === undefined || name === undefined) return { workflow: 'copy' };
  return { workflow: 'copy', target: `${kind.replace(/s$/, '')}/${name}` };
}

/** Only names: enough to list a pod, never to delete it. */
function readLooks(pod: Pod, name: string, node: string | undefined): DebugPod | undefined {
  const names = objects(pod.spec?.containers).map((container) => text(container.name) ?? '');
  const evidence = 'looks';
  if (node !== undefined && name.startsWith(`node-debugger-${node}-`) && names.includes('debugger')) {
    return { workflow: 'node', tool: 'kubectl-debug', evidence, target: `node/${node}` };
  }
  if (names.some((container) => DRAWN_CONTAINER.test(container))) {
    return { workflow: 'copy', tool: 'kubectl-debug', evidence };
  }
  const of = DEBUG_NAME.exec(name)?.[1];
  if (of !== undefined && node !== undefined && of === node.replaceAll('.', '-')) {
    return { workflow: 'node', tool: 'oc-debug', evidence, target: `node/${node}` };
  }
  if (of !== undefined) return { workflow: 'copy', tool: 'unknown', evidence, target: `pod/${of}` };
  if (pod.metadata?.labels?.[MANAGED_BY] === 'kubectl-dbg') {
    return { workflow: 'copy', tool: 'kubectl-dbg', evidence };
  }
  return undefined;
}
