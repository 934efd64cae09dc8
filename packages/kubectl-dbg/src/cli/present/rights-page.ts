import { debuggingNeeds } from '../../doctor/rights.ts';
import { USES } from '../../doctor/uses.ts';

const GENERATED =
  '<!-- Written by scripts/diagnosis-docs.mjs from the rights that doctor asks for; do not edit. -->';

/** The commands of each use. */
const COMMANDS: Readonly<Record<string, string>> = {
  view: '`doctor`, `ls`, and what every command needs to find its pod',
  logs: '`logs`, and `doctor` where a container has crashed',
  debug: '`kubectl dbg POD`, `each`',
  attach: '`attach`',
  exec: '`--via=exec`, `cp`, `pcap`; `stop` for an ephemeral container',
  copy: '`--copy-to`',
  node: '`node/NAME`',
  clean: '`clean`; `stop` for a copy or a node pod',
};

/** The rights that each command needs. */
export function rightsPage(): string {
  const things = debuggingNeeds('shop');
  const rights = (what: string) =>
    (things.find((thing) => thing.what === what)?.needs ?? []).map(
      ({ verb, resource, namespace }) =>
        `${verb} ${resource}${namespace === undefined ? ' (whole cluster)' : ''}`,
    );
  return [
    '# Rights',
    '',
    GENERATED,
    '',
    'The rights that each command needs, in the namespace of the pod unless it says otherwise. `kubectl dbg doctor --rights`',
    'shows your own. `kubectl dbg doctor --role-yaml=USE -n NAMESPACE` prints the minimal role for a use, with its binding,',
    'ready to apply; it contains only what you lack, and with `-A` it is for the whole cluster. If the server refuses a',
    'request (exit code 77), the error names the missing right and that command.',
    '',
    '| use | for | rights |',
    '| --- | --- | --- |',
    ...Object.entries(USES).map(
      ([use, parts]) =>
        `| \`${use}\` | ${COMMANDS[use] ?? ''} | ${[...new Set(parts.flatMap(rights))].join(', ')} |`,
    ),
    '',
    'A workload or Service as the target needs `get` for its resource (`get deployments.apps`). `--role-yaml` also accepts such a',
    "right instead of a use: `--role-yaml='get deployments.apps'`. WebSockets need `get pods/attach`; with `create` alone, SPDY is",
    'used. `get pods/log` is needed for the output from before the attach. `patch pods` records on the pod who debugs it and why;',
    'everything else works without it. Secrets are never read, and never in a role.',
    '',
  ].join('\n');
}
