/**
 * WebSocket subprotocols of attach and exec.
 *
 * v5 (Kubernetes 1.29) adds the close message, which signals the end of stdin.
 */
export const V5 = 'v5.channel.k8s.io';
export const V4 = 'v4.channel.k8s.io';

/** Older forms that servers still accept: no status object, and text frames with base64 data. */
export const V1 = 'channel.k8s.io';
export const BASE64_V4 = 'v4.base64.channel.k8s.io';
export const BASE64_V1 = 'base64.channel.k8s.io';

/** The client's offers, best first. */
export const OFFERED: readonly string[] = [V5, V4];

/** The subprotocols that a server accepts, best first; it selects its favourite among the offers. */
export const ACCEPTED: readonly string[] = [V5, V4, V1, BASE64_V4, BASE64_V1, ''];

/** Whether the end of a stream can be signalled (message on channel 255). */
export function canHalfClose(subprotocol: string): boolean {
  return subprotocol === V5;
}
