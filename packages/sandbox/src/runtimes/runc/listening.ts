import { readFileSync } from 'node:fs';

/** TCP state LISTEN in /proc/net/tcp. */
const LISTEN = '0A';
const LOOPBACK_V4 = /^.{6}7F$/;
const LOOPBACK_V6 = '00000000000000000000000001000000';

/**
 * Whether a socket in the network namespace of a process listens on a port: for connections from outside, or from within,
 * where loopback addresses count too.
 *
 * @param process its directory in the node's /proc
 */
export function isListening(process: string, port: number, from: 'outside' | 'within' = 'outside'): boolean {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return ['tcp', 'tcp6'].some((name) => {
    const rows = read(`${process}/net/${name}`).split('\n').slice(1);
    return rows.some((row) => {
      const [, local = '', , state] = row.trim().split(/\s+/);
      const [address = '', localPort] = local.split(':');
      const loopback = LOOPBACK_V4.test(address) || address === LOOPBACK_V6;
      return localPort === hexPort && state === LISTEN && (from === 'within' || !loopback);
    });
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
