import type { LifecycleHandler, Probe } from 'kubernetes-types/core/v1.d.ts';
import type { Container } from '../../resources/pods/types.ts';
import type { CheckedPod, Violation } from './types.ts';
import { violation } from './visit.ts';
import { allContainers, containerNames, namesWhere, plural, quoted, sortedSet } from './visit.ts';

/** Forbids the host's namespaces. */
export function hostNamespaces({ spec }: CheckedPod): Violation | undefined {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true);
  return shared.length === 0
    ? undefined
    : violation('host namespaces', shared.map((name) => `${name}=true`).join(', '));
}

/** Forbids hostPath volumes. */
export function hostPath({ spec }: CheckedPod): Violation | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined).map(({ name }) => name);
  return bad.length === 0
    ? undefined
    : violation('hostPath volumes', `${plural('volume', 'volumes', bad.length)} ${quoted(bad)}`);
}

/** Forbids host ports. */
export function hostPorts({ spec }: CheckedPod): Violation | undefined {
  const portsOf = (one: Container): number[] =>
    (one.ports ?? []).map((port) => port.hostPort ?? 0).filter((port) => port !== 0);
  const bad = namesWhere(spec, (one) => portsOf(one).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sortedSet(allContainers(spec).flatMap(portsOf).map(String));
  const word = plural('hostPort', 'hostPorts', ports.length);
  const detail = `${containerNames(bad)} ${plural('uses', 'use', bad.length)} ${word} ${ports.join(', ')}`;
  return violation(word, detail);
}

function hostsOf(action: Probe | LifecycleHandler | undefined): string[] {
  return [action?.httpGet?.host ?? '', action?.tcpSocket?.host ?? ''].filter((host) => host !== '');
}

/** Forbids the host field of probes and hooks. */
export function probeHosts({ spec }: CheckedPod): Violation | undefined {
  const all = (one: Container): string[] =>
    [
      one.livenessProbe,
      one.readinessProbe,
      one.startupProbe,
      one.lifecycle?.postStart,
      one.lifecycle?.preStop,
    ].flatMap(hostsOf);
  const bad = sortedSet(namesWhere(spec, (one) => all(one).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = sortedSet(allContainers(spec).flatMap(all));
  const word = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  const detail = `${containerNames(bad)} ${plural('uses', 'use', bad.length)} ${word} ${quoted(hosts)}`;
  return violation('probe or lifecycle host', detail);
}
