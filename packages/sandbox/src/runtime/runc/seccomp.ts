import type { OciLinux } from './oci-spec.ts';

/** EPERM, which the runtimes' default profiles answer with. */
const EPERM = 1;

/**
 * System calls that containerd's default profile keeps from a container without the capability named.
 *
 * The real profile lists what is allowed; naming what is not has the same effect on the calls that matter to
 * someone who debugs, and does not break on a kernel with newer calls.
 */
const GUARDED: Readonly<Record<string, readonly string[]>> = {
  CAP_SYS_ADMIN: [
    'bpf',
    'fanotify_init',
    'fsconfig',
    'fsmount',
    'fsopen',
    'fspick',
    'lookup_dcookie',
    'mount',
    'mount_setattr',
    'move_mount',
    'open_tree',
    'perf_event_open',
    'quotactl',
    'setdomainname',
    'sethostname',
    'setns',
    'syslog',
    'umount2',
    'unshare',
  ],
  CAP_SYS_BOOT: ['reboot', 'kexec_load', 'kexec_file_load'],
  CAP_SYS_MODULE: ['delete_module', 'init_module', 'finit_module'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: ['kcmp', 'process_madvise'],
  CAP_SYS_RAWIO: ['iopl', 'ioperm'],
  CAP_SYS_TIME: ['settimeofday', 'clock_settime', 'stime'],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYS_NICE: ['mbind', 'set_mempolicy', 'move_pages', 'migrate_pages'],
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
};

/** Never allowed, whatever the capabilities. */
const FORBIDDEN = ['add_key', 'keyctl', 'request_key', 'swapon', 'swapoff', 'userfaultfd', 'nfsservctl'];

/** The profile `RuntimeDefault` for a container with these capabilities. */
export function runtimeDefaultProfile(capabilities: readonly string[]): NonNullable<OciLinux['seccomp']> {
  const names = Object.entries(GUARDED)
    .filter(([capability]) => !capabilities.includes(capability))
    .flatMap(([, calls]) => calls);
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
    syscalls: [{ names: [...names, ...FORBIDDEN], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM }],
  };
}
