import type { FieldType } from './types.ts';

/** Fields whose Go type is a named string, by field name (and struct, if the name is ambiguous). */
const NAMED_STRINGS: Readonly<Record<string, string>> = {
  'PodSpec.restartPolicy': 'RestartPolicy',
  'Container.restartPolicy': 'ContainerRestartPolicy',
  'EphemeralContainer.restartPolicy': 'ContainerRestartPolicy',
  'ContainerResizePolicy.restartPolicy': 'ResourceResizeRestartPolicy',
  dnsPolicy: 'DNSPolicy',
  imagePullPolicy: 'PullPolicy',
  pullPolicy: 'PullPolicy',
  preemptionPolicy: 'PreemptionPolicy',
  terminationMessagePolicy: 'TerminationMessagePolicy',
  protocol: 'Protocol',
  procMount: 'ProcMountType',
  mountPropagation: 'MountPropagationMode',
  recursiveReadOnly: 'RecursiveReadOnlyMode',
  scheme: 'URIScheme',
  medium: 'StorageMedium',
  'HostPathVolumeSource.type': 'HostPathType',
  'SeccompProfile.type': 'SeccompProfileType',
  'AppArmorProfile.type': 'AppArmorProfileType',
  'Toleration.operator': 'TolerationOperator',
  'NodeSelectorRequirement.operator': 'NodeSelectorOperator',
  'LabelSelectorRequirement.operator': 'LabelSelectorOperator',
  effect: 'TaintEffect',
  fsGroupChangePolicy: 'PodFSGroupChangePolicy',
  supplementalGroupsPolicy: 'SupplementalGroupsPolicy',
  whenUnsatisfiable: 'UnsatisfiableConstraintAction',
  phase: 'PodPhase',
  qosClass: 'PodQOSClass',
};

/** A field's Go type in decoding errors: `[]v1.Container`, `v1.PullPolicy`, `map[string]string`. */
export function goTypeName(type: FieldType, struct: string, field: string): string {
  switch (type.kind) {
    case 'struct':
      return `v1.${type.struct.name}`;
    case 'list':
      return `[]${goTypeName(type.of, struct, field)}`;
    case 'map':
      return type.of.kind === 'quantity'
        ? 'v1.ResourceList'
        : `map[string]${goTypeName(type.of, struct, field)}`;
    case 'string': {
      if (field === 'uid') return 'types.UID';
      const named = NAMED_STRINGS[`${struct}.${field}`] ?? NAMED_STRINGS[field] ?? '';
      return named === '' ? 'string' : `v1.${named}`;
    }
    case 'bytes':
      return '[]uint8';
    default:
      return type.kind;
  }
}
