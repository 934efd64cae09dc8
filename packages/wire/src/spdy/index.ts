export { GO_AWAY_OK, INITIAL_WINDOW_BYTES, ResetStatus, type SpdyFrame } from './frame.ts';
export { FrameReader } from './frame-reader.ts';
export { FrameWriter } from './frame-writer.ts';
export type { Headers } from './header-block.ts';
export { SpdyError } from './spdy-error.ts';
