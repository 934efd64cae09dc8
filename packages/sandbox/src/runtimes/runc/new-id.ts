import { randomBytes } from 'node:crypto';

const ID_BYTES = 32;

/** A container or sandbox id like containerd's: 64 hexadecimal digits. */
export function newId(): string {
  return randomBytes(ID_BYTES).toString('hex');
}
