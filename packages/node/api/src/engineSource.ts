/** A running node as a source of answers. */

import type { Clock } from '@wadi/base/clock'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { Arena } from '@wadi/mkvs/arena'
import type { Tree } from '@wadi/mkvs/tree'
import { OpenTrees } from '@wadi/node-storage/open-trees'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Gas, Transaction } from '@wadi/primitives/transaction'
import type { ChainSource, LiveChain, StoredBlocks, StoredStates } from './chainSource.ts'
import { initialSync } from './initialSync.ts'

/** The consensus layer, as far as answers need it. */
export interface SourceApplication {
  /** The state after a block, as a tree of the caller's own in the caller's memory. */
  stateAt(height: bigint, arena: Arena): Tree
  info(): { readonly height: bigint }
  readonly services: { estimateGas(signer: PublicKey, transaction: Transaction): Gas }
}

/** The engine, as far as answers need it. */
export interface SourceEngine {
  readonly blockStore: StoredBlocks
  readonly stateStore: StoredStates
  readonly mempool: Pick<LiveChain, 'checkTx'> & {
    reap(bytesMax: bigint, gasMax: bigint): readonly Uint8Array[]
  }
  readonly status: { readonly isSyncing: boolean }
  readonly rounds: LiveChain['rounds']
  addEvidence: LiveChain['addEvidence']
}

/** What a node is made of, as far as it answers. */
export interface EngineParts {
  readonly document: GenesisDocument
  readonly chainContext: string
  readonly engine: SourceEngine
  readonly application: SourceApplication
  readonly clock: Pick<Clock, 'unixMs'>
}

const NO_BOUND = -1n

function liveOf({ engine, application }: EngineParts, isSynced: () => boolean): LiveChain {
  const { mempool } = engine
  return {
    get isSynced() {
      return isSynced()
    },
    get rounds() {
      return engine.rounds
    },
    checkTx: (transaction, origin) => mempool.checkTx(transaction, origin),
    unconfirmed: () => mempool.reap(NO_BOUND, NO_BOUND),
    estimateGas: (signer, transaction) => application.services.estimateGas(signer, transaction),
    addEvidence: (evidence) => engine.addEvidence(evidence),
  }
}

/** A node's chain. */
export function engineSource(parts: EngineParts): ChainSource {
  const { document, chainContext, engine, application, clock } = parts
  const isSynced = initialSync({
    isFetching: () => engine.status.isSyncing,
    lastHeight: () => application.info().height,
    blocks: engine.blockStore,
    clock,
  })
  const states = new OpenTrees<bigint>((height, arena) => application.stateAt(height, arena))
  return {
    document,
    chainContext,
    get lastHeight() {
      return application.info().height
    },
    blocks: engine.blockStore,
    states: engine.stateStore,
    stateAt: (height) => states.at(height),
    live: liveOf(parts, isSynced),
    renew: () => {
      states.close()
      // The last block is never as young again as it is now.
      isSynced()
    },
  }
}
