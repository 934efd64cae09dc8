import { readFileSync } from 'node:fs';

/** containerd's default capabilities. */
const DEFAULT_CAPABILITIES: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

/** By number, from `linux/capability.h`. */
const ALL_CAPABILITIES: readonly string[] = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE ' +
  'NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT ' +
  'SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE ' +
  'AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ ' +
  'PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

/** The bounding set of this process: all capabilities that containers can have. */
export function boundingSet(status: string = readFileSync('/proc/self/status', 'utf8')): string[] {
  const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return ALL_CAPABILITIES.filter((_, bit) => (mask >> BigInt(bit)) & 1n);
}

export interface CapabilityRequest {
  privileged: boolean;
  add: readonly string[];
  drop: readonly string[];
}

/** A container's capabilities, in the kernel's order. The prefix `CAP_` is optional. Throws an Error for unknown names. */
export function grantedCapabilities(request: CapabilityRequest, available: readonly string[]): string[] {
  if (request.privileged) return [...available];
  const add = request.add.map(fullName);
  const drop = request.drop.map(fullName);
  const granted = new Set(drop.includes('CAP_ALL') ? [] : DEFAULT_CAPABILITIES);
  if (add.includes('CAP_ALL')) for (const name of available) granted.add(name);
  for (const name of drop) granted.delete(name);
  for (const name of add) granted.add(name);
  granted.delete('CAP_ALL');
  const known = ALL_CAPABILITIES.filter((name) => granted.has(name) && available.includes(name));
  const unknown = [...granted].filter((name) => !ALL_CAPABILITIES.includes(name));
  if (unknown.length > 0) throw new Error(`unknown capability: ${JSON.stringify(unknown[0])}`);
  return known;
}

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
