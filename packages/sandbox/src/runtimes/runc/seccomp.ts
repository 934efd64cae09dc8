import type { OciSeccomp } from './oci-spec.ts';

/** The error of the default profiles of runtimes. */
const EPERM = 1;
/** Makes libc fall back to the older call. */
const ENOSYS = 38;

/**
 * System calls that containerd's default profile denies without one of these capabilities.
 *
 * The real profile is an allowlist. This denylist has the same effect for the relevant calls, and does not break programs
 * on a kernel with newer calls.
 */
const NEEDS_CAPABILITY: readonly { capabilities: readonly string[]; names: readonly string[] }[] = [
  { capabilities: ['CAP_SYS_ADMIN', 'CAP_BPF'], names: ['bpf'] },
  { capabilities: ['CAP_SYS_ADMIN', 'CAP_PERFMON'], names: ['perf_event_open'] },
  { capabilities: ['CAP_SYS_ADMIN', 'CAP_SYSLOG'], names: ['syslog'] },
  {
    capabilities: ['CAP_SYS_ADMIN'],
    names: [
      'fsconfig',
      'fsmount',
      'fsopen',
      'fspick',
      'mount',
      'mount_setattr',
      'move_mount',
      'open_tree',
      'umount',
      'umount2',
      'pivot_root',
      'setns',
      'unshare',
      'sethostname',
      'setdomainname',
      'fanotify_init',
      'lookup_dcookie',
      'quotactl',
      'quotactl_fd',
    ],
  },
  { capabilities: ['CAP_SYS_BOOT'], names: ['reboot', 'kexec_load', 'kexec_file_load'] },
  { capabilities: ['CAP_SYS_CHROOT'], names: ['chroot'] },
  { capabilities: ['CAP_SYS_MODULE'], names: ['delete_module', 'init_module', 'finit_module'] },
  { capabilities: ['CAP_SYS_PACCT'], names: ['acct'] },
  // ptrace itself is allowed since Linux 4.8: the kernel checks the capability itself.
  { capabilities: ['CAP_SYS_PTRACE'], names: ['kcmp', 'pidfd_getfd', 'process_madvise'] },
  { capabilities: ['CAP_SYS_RAWIO'], names: ['iopl', 'ioperm'] },
  {
    capabilities: ['CAP_SYS_TIME'],
    names: ['settimeofday', 'clock_settime', 'clock_settime64', 'stime', 'clock_adjtime', 'clock_adjtime64'],
  },
  { capabilities: ['CAP_SYS_TTY_CONFIG'], names: ['vhangup'] },
  {
    capabilities: ['CAP_SYS_NICE'],
    names: [
      'get_mempolicy',
      'mbind',
      'set_mempolicy',
      'set_mempolicy_home_node',
      'move_pages',
      'migrate_pages',
    ],
  },
  { capabilities: ['CAP_DAC_READ_SEARCH'], names: ['open_by_handle_at'] },
];

/** Always denied, with any capabilities. */
const FORBIDDEN = [
  'add_key',
  'keyctl',
  'request_key',
  'swapon',
  'swapoff',
  'userfaultfd',
  'nfsservctl',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  'create_module',
  'get_kernel_syms',
  'query_module',
  'uselib',
  'ustat',
  'sysfs',
  '_sysctl',
  'vm86',
  'vm86old',
];

/** `CLONE_NEWNS`, `_NEWCGROUP`, `_NEWUTS`, `_NEWIPC`, `_NEWUSER`, `_NEWPID`, `_NEWNET`: flags of clone(2). */
const NAMESPACE_FLAGS = [
  0x2_00_00, 0x2_00_00_00, 0x4_00_00_00, 0x8_00_00_00, 0x10_00_00_00, 0x20_00_00_00, 0x40_00_00_00,
];
/** Sockets between a virtual machine and its hypervisor. */
const AF_VSOCK = 40;

/** The profile `RuntimeDefault` for a container with these capabilities. */
export function runtimeDefaultProfile(capabilities: readonly string[]): OciSeccomp {
  const names = NEEDS_CAPABILITY.filter(
    ({ capabilities: any }) => !any.some((one) => capabilities.includes(one)),
  ).flatMap(({ names: calls }) => calls);
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: [
      'SCMP_ARCH_X86_64',
      'SCMP_ARCH_X86',
      'SCMP_ARCH_X32',
      'SCMP_ARCH_AARCH64',
      'SCMP_ARCH_ARM',
    ],
    syscalls: [
      refuse([...names, ...FORBIDDEN]),
      refuse(['socket'], { index: 0, value: AF_VSOCK, op: 'SCMP_CMP_EQ' }),
      ...(capabilities.includes('CAP_SYS_ADMIN') ? [] : newNamespaces()),
    ],
  };
}

/** Denies new namespaces by clone. The flags of clone3 are in memory, which a filter can't read. */
function newNamespaces(): OciSeccomp['syscalls'] {
  return [
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ...NAMESPACE_FLAGS.map((flag) =>
      refuse(['clone'], { index: 0, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' }),
    ),
  ];
}

function refuse(
  names: string[],
  ...args: NonNullable<OciSeccomp['syscalls'][number]['args']>
): OciSeccomp['syscalls'][number] {
  return { names, action: 'SCMP_ACT_ERRNO', errnoRet: EPERM, ...(args.length === 0 ? {} : { args }) };
}
