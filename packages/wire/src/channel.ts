/**
 * The first byte of a remote-command message, which identifies its stream.
 *
 * Source: `k8s.io/apimachinery` remotecommand constants, KEP-4006.
 */
export const Channel = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  /** Server to client, once: a `Status` as JSON with the end of the session. */
  error: 3,
  /** Client to server: `{"Width":80,"Height":24}` and a newline. */
  resize: 4,
  /** v5 only: the only data byte is the channel that ends. */
  close: 255,
} as const;

export type Channel = (typeof Channel)[keyof typeof Channel];

const names = new Map<number, keyof typeof Channel>(
  Object.entries(Channel).map(([name, number]) => [number, name as keyof typeof Channel]),
);

/** The channel's name, or undefined for a number the protocol does not define. */
export function channelName(channel: number): keyof typeof Channel | undefined {
  return names.get(channel);
}
