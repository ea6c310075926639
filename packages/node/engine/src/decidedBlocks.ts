import type { DecidedBlocks } from '@wadi/tendermint/gossip/nextForPeer'
import type { BlockStore } from './stores/contract.ts'

/** The decided blocks of a store, for peers that are behind. */
export function decidedBlocks(store: BlockStore): DecidedBlocks {
  return {
    get base() {
      return store.base
    },
    partSetHeaderOf: (height) => store.loadMeta(height)?.blockId.partSetHeader,
    partOf: (height, index) => store.loadPart(height, index),
    commitOf: (height) => store.loadCommit(height) ?? store.loadSeenCommit(height),
  }
}
