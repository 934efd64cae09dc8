export { Channel, channelName } from './channel.ts';
export { ACCEPTED, BASE64_V1, BASE64_V4, canHalfClose, OFFERED, V1, V4, V5 } from './subprotocol.ts';
export { decodeFrame, encodeClose, encodeFrame, MAX_DATA_BYTES } from './frame.ts';
export type { Frame } from './frame.ts';
export { decodeResize, encodeResize } from './resize.ts';
export type { TerminalSize } from './resize.ts';
export { commandEnd, decodeStatus } from './status.ts';
export type { CommandEnd, Status, StatusCause, StatusDetails } from './status.ts';
