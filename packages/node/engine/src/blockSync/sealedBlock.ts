/**
 * Blocks as they came, unread until it is their turn: so they take the memory of their bytes and no
 * more, and by then the chain tells how long they may be. A hundred megabytes of transactions of
 * one byte each take more than a gigabyte when they are read.
 */

import { CodedError } from '@wadi/base/errors'
import { decode, encode, type Infer, type Schema } from '@wadi/protobuf/codec'
import { embedded, field, message, optional, required } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bytes, int64 } from '@wadi/protobuf/scalars'
import { checkBlockBasics } from '@wadi/tendermint/basic/checkBlockBasics'
import { checkCommit } from '@wadi/tendermint/basic/checkCommit'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { BLOCK_SIZE_MAX } from '@wadi/tendermint/limits'
import { Block } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { MESSAGE_OVERHEAD } from './limits.ts'

const OfHeight = message({ height: field(1, int64) })

/** As `BlockSyncMessage`, but for blocks, of which there are only the bytes around them. */
export const SealedMessage = oneOf({
  'block-request': field(1, OfHeight),
  'no-block': field(2, OfHeight),
  block: field(3, bytes),
  'status-request': field(4, message({})),
  status: field(5, message({ height: field(1, int64), base: field(2, int64) })),
})
export type SealedMessage = Infer<typeof SealedMessage>

const Head = message({
  block: required(1, message({ header: field(1, embedded(message({ height: field(3, int64) }))) })),
})
const WithCommit = message({ block: required(1, message({ lastCommit: optional(4, Commit) })) })
const Around = message({ block: field(1, bytes) })

/** A block that nobody has read yet. */
export interface SealedBlock {
  readonly height: bigint
  /** With a tag and a length before them. */
  readonly bytes: Uint8Array
}

/** A block that was read. */
export interface OpenedBlock {
  readonly block: Block
  /** As its proposer encoded it, if whoever sent it is honest. */
  readonly bytes: Uint8Array
}

/** What is sent of a block, of which there are the bytes. */
export function encodeSealed(block: Uint8Array): Uint8Array {
  return encode(SealedMessage, { kind: 'block', body: encode(Around, { block }) })
}

/** What a block says of its height; throws if there is no block. */
export function sealedBlock(body: Uint8Array): SealedBlock {
  return { height: decode(Head, body).block.header.height, bytes: body }
}

/** How long a block may be on a chain. */
export function blockBytesMax({ consensusParams }: ChainState): number {
  const { maxBytes } = consensusParams.block
  return maxBytes < 0n ? BLOCK_SIZE_MAX : Number(maxBytes)
}

/** The block, if it is no longer than it may be and does not contradict itself. */
export function openBlock({ bytes: body }: SealedBlock, bytesMax: number): OpenedBlock | undefined {
  if (body.length > bytesMax + MESSAGE_OVERHEAD) return undefined
  return opened(Around, body, ({ block: inner }) => {
    const block = decode(Block, inner)
    checkBlockBasics(block)
    return { block, bytes: inner }
  })
}

/** The commit that a block has of the one before, however long the rest is. */
export function openLastCommit({ bytes: body }: SealedBlock): Commit | undefined {
  return opened(WithCommit, body, ({ block: { lastCommit } }) => {
    if (lastCommit !== undefined) checkCommit(lastCommit)
    return lastCommit
  })
}

function opened<T, Result>(
  schema: Schema<T>,
  body: Uint8Array,
  take: (message: T) => Result,
): Result | undefined {
  try {
    return take(decode(schema, body))
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
