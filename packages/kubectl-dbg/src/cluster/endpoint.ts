import type { Endpoint } from './kubeconfig/connection.ts';

/** Host and port of a server, without the brackets of an IPv6 address. */
export interface Address {
  host: string;
  port: number;
}

/** The address to connect to for an http, https or socks5 URL. */
export function addressOf(url: URL): Address {
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: port ?? DEFAULT_PORTS['https:'] };
}

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443, 'socks5:': 1080, 'socks5h:': 1080 } as Readonly<
  Record<string, number>
> & { 'https:': number };

/** A path below the server's base path, with its query. */
export function requestTarget(
  endpoint: Endpoint,
  path: string,
  query: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> = {},
): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      parameters.append(key, String(item));
    }
  }
  const base = endpoint.url.pathname.replace(/\/+$/, '');
  const search = parameters.toString();
  return `${base}${path}${search === '' ? '' : `?${search}`}`;
}
