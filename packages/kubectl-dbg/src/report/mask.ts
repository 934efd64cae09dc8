/** A target's own names, which make equivalent outputs differ. */
export interface MaskFacts {
  pod: string;
  uid: string;
  node?: string | undefined;
  ips: readonly string[];
  containerId?: string | undefined;
}

/** RFC 3339, and the formats of `date`, `ls` and logs. */
const TIMESTAMP =
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z| ?[+-]\d{2}:?\d{2})?)?\b|\b\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\b/g;

/** The length of a container's short id. */
const SHORT_ID = 12;

/**
 * Replaces a target's own names in its output: the pod's name, addresses and uid, the node's name, the container's id,
 * and times. Longer names are replaced first, so that no name is split by one that it contains.
 */
export function maskOwnNames(output: string, facts: MaskFacts): string {
  const id = facts.containerId?.replace(/^\w+:\/\//, '');
  const names: [string | undefined, string][] = [
    [facts.uid, '<uid>'],
    [facts.uid.replaceAll('-', '_'), '<uid>'],
    [facts.pod, '<pod>'],
    [facts.node, '<node>'],
    [id, '<container-id>'],
    [id?.slice(0, SHORT_ID), '<container-id>'],
    ...facts.ips.map((ip): [string, string] => [ip, '<ip>']),
  ];
  const known = new Map(
    names.filter((entry): entry is [string, string] => entry[0] !== undefined && entry[0] !== ''),
  );
  const words = [...known.keys()].toSorted((a, b) => b.length - a.length);
  let masked = output;
  if (words.length > 0) {
    // A name must stand alone: `web-1` is not part of `web-10`, nor 10.0.0.1 of 10.0.0.12.
    const pattern = new RegExp(`(?<![\\w.-])(?:${words.map(escapeRegExp).join('|')})(?![\\w-]|\\.\\d)`, 'g');
    masked = masked.replace(pattern, (name) => known.get(name) ?? name);
  }
  return masked.replace(TIMESTAMP, '<time>');
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
