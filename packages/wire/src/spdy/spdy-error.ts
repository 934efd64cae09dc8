/** The peer violates the SPDY protocol; the connection cannot continue. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}
