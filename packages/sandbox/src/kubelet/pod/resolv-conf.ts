import { readFileSync } from 'node:fs';
import type { PodObject } from '../types.ts';

/** The conventional address of a cluster's DNS Service. */
const CLUSTER_DNS = '10.96.0.10';

/** A pod's /etc/resolv.conf according to its DNS policy. */
export function resolvConf(pod: PodObject): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork = false } = pod.spec;
  const cluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const namespace = pod.metadata.namespace;
  if (!cluster && dnsPolicy !== 'None' && dnsConfig === undefined) return nodeResolvConf();
  const searches = cluster ? [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'] : [];
  const servers = cluster ? [CLUSTER_DNS] : [];
  const options = [
    ...(cluster ? ['ndots:5'] : []),
    ...(dnsConfig?.options ?? []).map(({ name, value }) => (value ? `${name}:${value}` : (name ?? ''))),
  ];
  const lines = [
    searches.concat(dnsConfig?.searches ?? []).length > 0
      ? `search ${[...searches, ...(dnsConfig?.searches ?? [])].join(' ')}`
      : '',
    ...[...servers, ...(dnsConfig?.nameservers ?? [])].map((server) => `nameserver ${server}`),
    options.length > 0 ? `options ${options.join(' ')}` : '',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function nodeResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}
