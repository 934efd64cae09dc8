import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OciDevice, OciMount } from './oci-spec.ts';

/** containerd's masked paths of containers that are not privileged. */
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

/** containerd's read-only paths of containers that are not privileged. */
export const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** The default mounts of every container. */
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
    // A new sysfs belongs to a network namespace; to mount it needs privileges over that namespace.
    mount('/sys', 'sysfs', 'sysfs', ['nosuid', 'noexec', 'nodev', access]),
    mount('/sys/fs/cgroup', 'cgroup', 'cgroup', ['nosuid', 'noexec', 'nodev', 'relatime', access]),
  ];
}

function mount(destination: string, type: string, source: string, options: string[]): OciMount {
  return { destination, type, source, options };
}

/** The node's devices, which a privileged container gets. */
export function hostDevices(directory = '/dev'): OciDevice[] {
  const devices: OciDevice[] = [];
  for (const name of readdirSync(directory)) {
    // The container has its own file systems or links for these.
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

/** In a Linux device number, the 12 bits of the major number are between two parts of the minor number. */
function deviceMajor(device: number): number {
  return (device >>> 8) & 0xfff;
}

function deviceMinor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}
