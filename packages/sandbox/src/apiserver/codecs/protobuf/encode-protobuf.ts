import { encodeMessage } from './encode-message.ts';
import { kindMessage } from './field-numbers.ts';
import { bytesField, stringField } from './wire-writer.ts';

const MAGIC = Buffer.from('k8s\0');
const FRAME_HEADER_BYTES = 4;

/**
 * Encodes an object, list or Status in Kubernetes' protobuf envelope; undefined for a kind whose field numbers are unknown.
 * The counterpart of `decodeProtobuf`.
 */
export function encodeProtobuf(value: object): Buffer | undefined {
  const { kind = '', apiVersion = '' } = value as { kind?: string; apiVersion?: string };
  const message = kindMessage(kind, apiVersion);
  if (message === undefined) return undefined;
  const meta = Buffer.concat([stringField(1, apiVersion), stringField(2, kind)]);
  const raw = encodeMessage(message, value as Record<string, unknown>);
  // The encoding and media type of the raw bytes are always written, and empty.
  return Buffer.concat([
    MAGIC,
    bytesField(1, meta),
    bytesField(2, raw),
    stringField(3, ''),
    stringField(4, ''),
  ]);
}

/** One watch event: its length, then a WatchEvent without an envelope, whose object has an envelope. */
export function encodeWatchEvent({ type, object }: { type: string; object: object }): Buffer | undefined {
  const encoded = encodeProtobuf(object);
  if (encoded === undefined) return undefined;
  const event = Buffer.concat([stringField(1, type), bytesField(2, bytesField(1, encoded))]);
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(event.length);
  return Buffer.concat([header, event]);
}
