/** Blocks and what became of their transactions: as a node says, or as is proved. */

import type { LightNode } from '@wadi/sdk/light-node'
import type { NodeClient } from '@wadi/sdk/node-client'
import { type BlockTransaction, blockTransaction } from '../words/blockTransaction.ts'

/** See the top of this file. */
export interface BlockDesk {
  /** The first and the last block that can be asked for. */
  heights(): Promise<{ readonly first: bigint; readonly last: bigint }>
  /** With which block the chain begins. */
  genesisHeight(): Promise<bigint>
  /** What is in a block, in its order. */
  transactions(height: bigint): Promise<readonly BlockTransaction[]>
  /** What waits for a block. */
  waiting(): Promise<readonly BlockTransaction[]>
  /** That a block is not there, in words. */
  absent(height: bigint): string
}

/** As the node says. */
export function believedBlocks({ consensus }: Pick<NodeClient, 'consensus'>): BlockDesk {
  return {
    async heights() {
      const { latestHeight: last, lastRetainedHeight: first } = await consensus.getStatus()
      return { first, last }
    },
    genesisHeight: async () => (await consensus.getStatus()).genesisHeight,
    async transactions(height) {
      const { transactions, results } = await consensus.getTransactionsWithResults(height)
      return transactions.map((bytes, i) => blockTransaction(bytes, results[i]))
    },
    waiting: async () =>
      (await consensus.getUnconfirmedTransactions()).map((bytes) => blockTransaction(bytes)),
    absent: (height) => `the node has no block ${height}`,
  }
}

type ProvenCalls = Pick<NodeClient['consensus'], 'getLatestHeight' | 'getTransactions'> & {
  getGenesisDocument(): Promise<{ readonly height: bigint }>
}

/** What of a light client they are proved by. */
export interface BlockProver extends Pick<LightNode, 'results'> {
  readonly client: { readonly consensus: ProvenCalls }
}

/** As is proved: results are named by the next block, so that those of the last one are not. */
export function provenBlocks({ client: { consensus }, results }: BlockProver): BlockDesk {
  const genesisHeight = async () => (await consensus.getGenesisDocument()).height
  return {
    async heights() {
      const [first, latest] = await Promise.all([genesisHeight(), consensus.getLatestHeight()])
      return { first, last: latest - 1n }
    },
    genesisHeight,
    async transactions(height) {
      const all = await consensus.getTransactions(height)
      const hashed = await results(height)
      return all.map((bytes, i) => {
        const { code, gasUsed } = hashed[i]!
        return blockTransaction(bytes, { error: { code }, gasUsed })
      })
    },
    waiting: async () => [],
    absent: (height) => `no block ${height} is proved`,
  }
}
