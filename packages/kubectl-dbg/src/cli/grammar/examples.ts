/** An example of the help text and the reference page. A test parses each of them. */
export interface Example {
  what: string;
  /** The words after `kubectl dbg`, as typed in a shell. */
  line: string;
}

export const EXAMPLES: readonly Example[] = [
  { what: 'A shell next to the processes of a pod', line: 'web' },
  { what: 'One command, its output and its exit code', line: 'web -- ls -l /proc/1/root/etc' },
  { what: 'The same: a command after a bare pod name needs no --', line: 'web ip addr' },
  {
    what: 'Tools from an image of your choice, allowed to trace processes',
    line: 'web -it --image=debian --profile=general',
  },
  {
    what: "A shell in the pod's own file system, with the tools of the debug image",
    line: 'web -it --enter',
  },
  { what: "Another container's processes", line: 'web --target=proxy' },
  { what: 'A pod of a Deployment, in another namespace', line: 'deploy/web -n shop' },
  { what: 'Every pod with a label', line: '-l app=web -- cat /proc/1/status' },
  { what: 'A copy of the pod with a debug container', line: 'web --copy-to=web-debug --image=busybox' },
  { what: 'A copy whose container runs a shell instead', line: 'web --copy-to=web-debug -c app -it -- sh' },
  {
    what: 'A copy with another image, in place of the original',
    line: 'web --copy-to=web-2 --set-image=app=app:2 --replace',
  },
  { what: "A shell in a node's own file system", line: 'node/worker-1 --host-shell --profile=sysadmin' },
  {
    what: 'Print what would be sent, without sending it',
    line: 'web --profile=restricted --dry-run=server -o yaml',
  },
];
