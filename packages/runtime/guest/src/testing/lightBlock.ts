/** A light block that can be read and says next to nothing: for guests, who believe everything. */

import { createHash } from 'node:crypto'
import type { LightBlock } from '@wadi/consensus/consensus/block'

const HASH_SIZE = 32

/** A field of bytes of a message in Protocol Buffers, all of it short. */
function part(number: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of((number << 3) | 2, bytes.length, ...bytes)
}

/** One validator, and the hash of the state before the block; of a height below 128. */
export function lightBlockOf(height: number, appHash: Uint8Array): LightBlock {
  const header = Uint8Array.of(0x18, height, ...part(11, appHash))
  const signedHeader = part(1, Uint8Array.of(...part(1, header), ...part(2, new Uint8Array())))
  const key = new Uint8Array(HASH_SIZE)
  const address = createHash('sha256').update(key).digest().subarray(0, 20)
  const validator = Uint8Array.of(...part(1, address), ...part(2, part(1, key)), 0x18, 1)
  const set = Uint8Array.of(...part(1, validator), ...part(2, validator), 0x18, 1)
  const meta = Uint8Array.of(...signedHeader, ...part(2, set))
  return { height: BigInt(height), meta }
}
