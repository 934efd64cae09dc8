import { debugFlags } from './flags-debug.ts';
import { globalFlags } from './flags-global.ts';
import type { FlagSpec } from './types.ts';

type DebugFlag = (typeof debugFlags)[number];

const shared = debugFlags.filter((flag): flag is Extract<DebugFlag, { name: 'timeout' | 'quiet' }> =>
  ['timeout', 'quiet'].includes(flag.name),
);

const own = [
  {
    name: 'write',
    short: 'w',
    type: 'string',
    value: 'FILE',
    fallback: 'stdout',
    help: 'File to write the packets to; - is stdout.',
    group: 'Results',
    complete: 'file',
  },
  {
    name: 'interface',
    type: 'string',
    value: 'NAME',
    fallback: 'any',
    help: 'Interface to capture on.',
    group: 'Selection',
    complete: 'none',
  },
  {
    name: 'filter',
    type: 'string',
    value: 'EXPR',
    help: "Capture filter in the syntax of pcap-filter(7), such as 'tcp port 8080'.",
    group: 'Selection',
    complete: 'none',
  },
  {
    name: 'duration',
    type: 'string',
    value: 'DURATION',
    help: 'Stop after this time.',
    group: 'Pace',
    complete: 'none',
  },
  {
    name: 'max-bytes',
    type: 'string',
    value: 'BYTES',
    help: 'Stop after this many bytes, such as 500Mi.',
    group: 'Pace',
    complete: 'none',
  },
  {
    name: 'image',
    short: 'm',
    type: 'string',
    value: 'IMAGE',
    fallback: 'nicolaka/netshoot',
    help: 'Image that has tcpdump.',
    group: 'Debug container',
    complete: 'none',
  },
] as const satisfies readonly FlagSpec[];

/** The flags of `kubectl dbg pcap`. */
export const pcapFlags = [...own, ...shared, ...globalFlags] as const;
