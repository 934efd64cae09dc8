import { decodeKind } from './decode-message.ts';
import { ProtobufError, readFields } from './wire-reader.ts';

export { encodeProtobuf, encodeWatchEvent } from './encode-protobuf.ts';
export { ProtobufError } from './wire-reader.ts';

/** The media type of Kubernetes' protobuf. */
export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf';

/** The magic number at the start of a body. */
const MAGIC = Buffer.from('k8s\0', 'latin1');

/**
 * Decodes an object, list or Status from protobuf: the magic bytes, `runtime.Unknown { typeMeta = 1, raw = 2 }` with
 * `TypeMeta { apiVersion = 1, kind = 2 }`, and in `raw` the object's own message. The result is the object as JSON.
 * Throws ProtobufError for malformed bytes and for kinds whose field numbers are unknown.
 */
export function decodeProtobuf(body: Uint8Array): Record<string, unknown> {
  if (!Buffer.from(body.subarray(0, MAGIC.length)).equals(MAGIC)) {
    throw new ProtobufError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const { number, value } of readFields(body.subarray(MAGIC.length))) {
    if (!(value instanceof Uint8Array)) continue;
    if (number === 1) ({ apiVersion, kind } = readTypeMeta(value));
    if (number === 2) raw = value;
  }
  return { kind, apiVersion, ...decodeKind(kind, apiVersion, raw) };
}

function readTypeMeta(bytes: Uint8Array): { apiVersion: string; kind: string } {
  const meta = { apiVersion: '', kind: '' };
  for (const { number, value } of readFields(bytes)) {
    if (!(value instanceof Uint8Array)) continue;
    const text = Buffer.from(value).toString('utf8');
    if (number === 1) meta.apiVersion = text;
    if (number === 2) meta.kind = text;
  }
  return meta;
}
