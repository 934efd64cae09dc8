import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OciDevice, OciMount } from './oci-spec.ts';

/** What containerd hides from containers that are not privileged. */
export const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

/** What containerd makes read-only for containers that are not privileged. */
export const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** The file systems that every container has. */
export function defaultMounts(options: { privileged: boolean; ttyGroup: boolean }): OciMount[] {
  const access = options.privileged ? 'rw' : 'ro';
  return [
    mount('/proc', 'proc', 'proc', ['nosuid', 'noexec', 'nodev']),
    mount('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mount('/dev/pts', 'devpts', 'devpts', [
      'nosuid',
      'noexec',
      'newinstance',
      'ptmxmode=0666',
      'mode=0620',
      ...(options.ttyGroup ? ['gid=5'] : []),
    ]),
    mount('/dev/mqueue', 'mqueue', 'mqueue', ['nosuid', 'noexec', 'nodev']),
    // A new sysfs shows the network namespace it is mounted in, which must be ours to mount.
    mount('/sys', 'sysfs', 'sysfs', ['nosuid', 'noexec', 'nodev', access]),
    mount('/sys/fs/cgroup', 'cgroup', 'cgroup', ['nosuid', 'noexec', 'nodev', 'relatime', access]),
  ];
}

function mount(destination: string, type: string, source: string, options: string[]): OciMount {
  return { destination, type, source, options };
}

/** The node's devices, which a privileged container sees. */
export function hostDevices(directory = '/dev'): OciDevice[] {
  const devices: OciDevice[] = [];
  for (const name of readdirSync(directory)) {
    // These are file systems or links of the container's own.
    if (['pts', 'shm', 'mqueue', 'fd', 'console', 'ptmx', 'stdin', 'stdout', 'stderr'].includes(name))
      continue;
    const path = join(directory, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) devices.push(...hostDevices(path));
    else if (stat.isCharacterDevice() || stat.isBlockDevice()) {
      devices.push({
        type: stat.isBlockDevice() ? 'b' : 'c',
        path,
        major: deviceMajor(stat.rdev),
        minor: deviceMinor(stat.rdev),
        fileMode: stat.mode & 0o777,
      });
    }
  }
  return devices;
}

/** Linux packs a device number as 12 bits of major between two parts of the minor. */
function deviceMajor(device: number): number {
  return (device >>> 8) & 0xfff;
}

function deviceMinor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}
