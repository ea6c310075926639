/** A block as calls answer it. */

import type { Block as BlockAnswer } from '@wadi/consensus/consensus/block'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { encode, size } from '@wadi/protobuf/codec'
import { NO_COMMIT } from '@wadi/tendermint/chainState/makeBlock'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { Block } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { Header } from '@wadi/tendermint/types/header'

/** A block without its transactions. */
export function answerOfBlock(block: Block): BlockAnswer {
  const { header, lastCommit = NO_COMMIT } = block
  const { height, appHash } = header
  return {
    height,
    hash: Hash.check(headerHash(header)),
    time: header.time.seconds,
    stateRoot: {
      ns: Namespace.zero,
      version: height - 1n,
      rootType: ROOT_TYPE_STATE,
      hash: appHash.length === 0 ? EMPTY_HASH : Hash.check(appHash),
    },
    size: BigInt(size(Block, block)),
    meta: { header: encode(Header, header), lastCommit: encode(Commit, lastCommit) },
  }
}
