/** Random bytes from what a block says of itself, which its proposer can choose. */

import { concatBytes, EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import { RandomValue } from '@wadi/consensus/beacon'
import { SHA3_256 } from '@wadi/crypto/hash/sha3'
import type { Epoch } from '@wadi/primitives/epoch'
import { type Context, currentTime, lastHeight } from '../kernel/context.ts'

const RANDOM_VALUE_DOMAIN = toUtf8('EkB-tmnt')

/** Eight bytes, the least significant first; a negative number wraps around. */
function u64LittleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

/** The hash of the last height, the time of the block, and the state before it. */
export function blockEntropy(ctx: Context): Uint8Array {
  const height = u64LittleEndian(lastHeight(ctx))
  const time = u64LittleEndian(currentTime(ctx).seconds)
  // COMPAT(oasis-core): before the first block is committed there is no root, not even that of an
  // empty state.
  const root = ctx.committed?.rootHash ?? EMPTY_BYTES
  return SHA3_256.hash(concatBytes(height, time, root))
}

/** The random bytes of an epoch that begins with this block. */
export function randomValueAt(ctx: Context, epoch: Epoch): RandomValue {
  const parts = concatBytes(RANDOM_VALUE_DOMAIN, blockEntropy(ctx), u64LittleEndian(epoch))
  return RandomValue.check(SHA3_256.hash(parts))
}
