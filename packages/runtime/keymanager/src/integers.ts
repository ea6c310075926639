/** 64-bit integers as they are hashed, sealed and stored. */

/** Eight bytes, the most significant first. */
export function bigEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** Eight bytes, the least significant first. */
export function littleEndian(value: bigint): Uint8Array {
  return bigEndian(value).reverse()
}
