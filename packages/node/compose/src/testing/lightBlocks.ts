/** The light blocks of a short chain of one validator, encoded. */

import { encode } from '@wadi/protobuf/codec'
import { addBlock, beginChain } from '@wadi/tendermint/testing/signedChain'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'

/** By height. */
export function encodedLightBlocks(count: number): ReadonlyMap<bigint, Uint8Array> {
  const blocks = new Map<bigint, Uint8Array>()
  let chain = beginChain([10n])
  while (blocks.size < count) {
    const { validators: validatorSet } = chain.state
    const { block, chain: next } = addBlock(chain)
    const signedHeader = { header: block.header, commit: next.lastCommit }
    blocks.set(block.header.height, encode(LightBlock, { signedHeader, validatorSet }))
    chain = next
  }
  return blocks
}
