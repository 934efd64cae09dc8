import type { Endpoint } from '../kubeconfig/connection.ts';

/** The server's address for messages, with its proxy; never a user name or password. */
export function describeServer(endpoint: Endpoint): string {
  const { url, proxy } = endpoint;
  const base = `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  return proxy === undefined ? base : `${base} (through the proxy ${describeProxy(proxy)})`;
}

/** The proxy's address for messages. */
export function describeProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}
