/** Blocks of the consensus layer, as calls answer them. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes, i64, time, u8, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'

/** The root of a tree. */
export const TreeRoot = struct({ ns: Namespace, version: u64, rootType: u8, hash: Hash })
export type TreeRoot = Infer<typeof TreeRoot>

/** CometBFT's part of a block, each as its Protocol Buffers. */
export const BlockMeta = struct({ header: bytes, lastCommit: bytes })
export type BlockMeta = Infer<typeof BlockMeta>

/** A block. Its transactions are asked for apart. */
export const Block = struct({
  height: i64,
  hash: Hash,
  time,
  /** Of the state before the block. */
  stateRoot: TreeRoot,
  size: omitEmpty(u64),
  meta: BlockMeta,
})
export type Block = Infer<typeof Block>

/** Header, commit and validators of a height, as CometBFT's Protocol Buffers. */
export const LightBlock = struct({ height: i64, meta: bytes })
export type LightBlock = Infer<typeof LightBlock>

/** Who decides about the block of a height, as CometBFT's Protocol Buffers. */
export const Validators = struct({ height: i64, meta: bytes })
export type Validators = Infer<typeof Validators>
