/** Every key of the test runtime beside those that its callers choose. */

import { concatBytes } from '@wadi/base/bytes'

/** Where the epoch of the last batch is, as eight bytes, the most significant first. */
export const EPOCH_KEY: Uint8Array = Uint8Array.of(0x02)

/** What all keys of messages begin with that wait for their results. */
export const PENDING_PREFIX: Uint8Array = Uint8Array.of(0x00)

/** Where the kind of a message is until its result is there. */
export function pendingKey(index: number): Uint8Array {
  return Uint8Array.of(0x00, index >>> 24, index >>> 16, index >>> 8, index)
}

/** Where a sender's next nonce is. */
export function nonceKey(sender: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(0xff), sender)
}

/** A 64-bit integer as values have it. */
export function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** The integer in a value; 0 if there is none. */
export function u64Of(value: Uint8Array | undefined): bigint {
  if (value === undefined || value.length !== 8) return 0n
  return new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0)
}
