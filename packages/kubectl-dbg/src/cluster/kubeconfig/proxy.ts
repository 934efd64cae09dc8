import { BlockList, isIP } from 'node:net';
import { DbgError } from '../../model/failure.ts';
import { addressOf } from '../endpoint.ts';

const SCHEMES = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/** The URL of a proxy. Throws DbgError `configuration`; the text is not quoted, because it may contain a password. */
export function proxyUrl(text: string, from: string): URL {
  let url: URL;
  try {
    // As in Go: an address without a scheme is http.
    url = new URL(text.includes('://') ? text : `http://${text}`);
  } catch {
    throw new DbgError('configuration', 'ProxyAddressInvalid', `the proxy address in ${from} is not a URL`, {
      source: from,
      problem: 'form',
    });
  }
  if (!SCHEMES.has(url.protocol)) {
    throw new DbgError(
      'configuration',
      'ProxyAddressInvalid',
      `the proxy address in ${from} begins with ${url.protocol}//, which is not supported`,
      { source: from, problem: 'scheme' },
    );
  }
  return url;
}

/**
 * The proxy from the environment for a server: `HTTPS_PROXY` or `HTTP_PROXY` by the server's scheme, in upper or lower
 * case, unless `NO_PROXY` exempts it. Loopback addresses never use a proxy.
 *
 * Source: Go's `golang.org/x/net/http/httpproxy`, whose rules kubectl follows.
 */
export function proxyFor(server: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[name] || env[name.toLowerCase()];
  if (value === undefined || value === '') return undefined;
  if (exempt(server, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return proxyUrl(value, name);
}

/** The same, with the name of the variable. */
export function environmentProxy(
  server: URL,
  env: Readonly<Record<string, string | undefined>>,
): { proxy: URL | undefined; proxySource: string } {
  const proxy = proxyFor(server, env);
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return { proxy, proxySource: proxy === undefined ? '' : env[name] ? name : name.toLowerCase() };
}

function exempt(server: URL, rules: string): boolean {
  const { host, port } = addressOf(server);
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || isLoopback(name)) return true;
  return rules
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => rule !== '' && matches(rule, name, port));
}

function matches(rule: string, host: string, port: number): boolean {
  if (rule === '*') return true;
  const [network, bits] = rule.split('/');
  if (bits !== undefined && network !== undefined) return inNetwork(host, network, Number(bits));
  const [, pattern = rule, onlyPort] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(rule) ?? [];
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
  const wanted = pattern.replace(/^\[(.*)\]$/, '$1');
  if (isIP(wanted) !== 0) return wanted === host;
  // `.example.com` and `*.example.com` match subdomains, `example.com` also the name itself.
  if (wanted.startsWith('*.')) return host.endsWith(wanted.slice(1));
  if (wanted.startsWith('.')) return host.endsWith(wanted);
  return host === wanted || host.endsWith(`.${wanted}`);
}

function inNetwork(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  const width = family === 4 ? 32 : 128;
  if (family === 0 || isIP(host) !== family || !Number.isInteger(bits) || bits < 0 || bits > width) {
    return false;
  }
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, bits, type);
  return list.check(host, type);
}

function isLoopback(host: string): boolean {
  return inNetwork(host, '127.0.0.0', 8) || host === '::1';
}
