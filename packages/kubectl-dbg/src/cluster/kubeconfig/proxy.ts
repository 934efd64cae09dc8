import { BlockList, isIP } from 'node:net';
import { DbgError } from '../../errors.ts';
import { addressOf } from '../endpoint.ts';

const SCHEMES = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/** A proxy's address. Throws DbgError `configuration`; the text is not quoted, it may hold a password. */
export function proxyUrl(text: string, from: string): URL {
  let url: URL;
  try {
    // As Go: an address without a scheme is http.
    url = new URL(text.includes('://') ? text : `http://${text}`);
  } catch {
    throw new DbgError('configuration', `the proxy address in ${from} is not a URL`, {
      remedy: 'Write it as http://HOST:PORT',
    });
  }
  if (!SCHEMES.has(url.protocol)) {
    throw new DbgError(
      'configuration',
      `the proxy address in ${from} begins with ${url.protocol}//, which is not supported`,
      { remedy: 'Use an http, https or socks5 proxy' },
    );
  }
  return url;
}

/**
 * The proxy that the environment names for a server: `HTTPS_PROXY` or `HTTP_PROXY` by the server's scheme, in capitals
 * or not, unless `NO_PROXY` exempts it. Loopback addresses never go through a proxy.
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
  // `.example.com` and `*.example.com` match below, `example.com` also the name itself.
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
