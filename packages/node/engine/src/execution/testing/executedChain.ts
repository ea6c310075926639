/** Blocks that one validator decides, with what a node stores of them, height by height. */

import { assert, BugError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import type { InitChainRequest } from '@wadi/contracts/application'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { genesisState } from '@wadi/tendermint/chainState/genesisState'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { testKey, testTime } from '@wadi/tendermint/testing/signedChain'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { EvidenceSource } from '../../evidence/contract.ts'
import type { TxPool } from '../../mempool/contract.ts'
import type { BlockResponses, DecidedBlock } from '../../stores/contract.ts'
import { DiskBlockStore } from '../../stores/diskBlockStore.ts'
import { DiskStateStore } from '../../stores/diskStateStore.ts'
import { standInDialect, standInSignature } from '../../testing/engineNetwork.ts'
import { MemoryApplication } from '../../testing/memoryApplication.ts'
import { type AppliedBlock, Executor, type ExecutorParts } from '../executor.ts'
import { handshake } from '../handshake.ts'

export const CHAIN_ID = 'test-chain'
const KEY = testKey(0)

/** What the chain begins with. */
export function testGenesis(changes: Partial<InitChainRequest> = {}): InitChainRequest {
  return {
    time: testTime(0),
    chainId: CHAIN_ID,
    consensusParams: {
      block: { maxBytes: 2_000_000n, maxGas: -1n },
      evidence: undefined,
      pubKeyTypes: undefined,
      appVersion: undefined,
    },
    validators: [{ publicKey: KEY.publicKey, power: 10n }],
    appState: new Uint8Array(0),
    initialHeight: 1n,
    ...changes,
  }
}

/** Transactions that wait: always the same. */
export class FixedPool implements TxPool {
  readonly updates: Parameters<TxPool['update']>[0][] = []
  transactions: readonly Uint8Array[] = []
  size = 0
  sizeBytes = 0

  checkTx(): never {
    throw new BugError('nobody submits anything')
  }

  reap(): readonly Uint8Array[] {
    return this.transactions
  }

  update(block: Parameters<TxPool['update']>[0]): void {
    this.updates.push(block)
  }

  flush(): void {}
}

/** No evidence, unless a test says so. */
export const noEvidence = (): EvidenceSource => ({
  size: 0,
  pending: () => ({ evidence: [], size: 0n }),
  add: () => undefined,
  check: () => undefined,
  wantsConflict: () => true,
  reportConflictingVotes: () => undefined,
  update: () => undefined,
})

/** A commit of the one validator. */
export function commitOf(blockId: BlockId, height: bigint): Commit {
  const timestamp = testTime(Number(height))
  const vote = { type: 'precommit', height, round: 0, blockId, timestamp } as const
  const signature = standInSignature(KEY.publicKey, canonicalVoteBytes(CHAIN_ID, vote))
  const validatorAddress = KEY.address
  const signatures = [{ flag: 'commit', validatorAddress, timestamp, signature } as const]
  return { height, round: 0, blockId, signatures }
}

/** A node's stores, its application, and what speaks with it. */
export class Ground {
  readonly files: MemoryFiles
  readonly genesis: InitChainRequest
  readonly application: MemoryApplication
  readonly blockStore: DiskBlockStore
  readonly stateStore: DiskStateStore
  readonly mempool = new FixedPool()
  readonly applied: AppliedBlock[] = []
  readonly executor: Executor

  constructor(genesis: InitChainRequest, parts: Partial<ExecutorParts & Ground> = {}) {
    const { files = new MemoryFiles(), application = new MemoryApplication() } = parts
    const log = createLogger('test', SILENT)
    this.files = files
    this.genesis = genesis
    this.application = application as MemoryApplication
    this.blockStore = new DiskBlockStore({ files, path: 'blocks', chain: CHAIN_ID, log })
    this.stateStore = new DiskStateStore({ files, path: 'state', chain: CHAIN_ID, log })
    this.executor = new Executor({
      dialect: standInDialect,
      evidence: noEvidence(),
      onApplied: (applied) => this.applied.push(applied),
      ...parts,
      application: this.application,
      blockStore: this.blockStore,
      stateStore: this.stateStore,
      mempool: this.mempool,
    })
  }

  /** See {@link handshake}. */
  handshake(): ChainState {
    return handshake(this, this.stateStore.load() ?? genesisState(this.genesis))
  }

  /** Makes the next block and decides it, but does not apply it. */
  propose(chain: ChainState, lastCommit: Commit | undefined): DecidedBlock & { blockId: BlockId } {
    const made = this.executor.make(chain, { lastCommit, proposerAddress: KEY.address })
    assert(made !== undefined, 'a block is made')
    return { ...made, seenCommit: commitOf(made.blockId, made.block.header.height) }
  }
}

/** A height of a chain: the block, and everything that came of it. */
export interface Executed {
  readonly decided: DecidedBlock
  readonly chain: ChainState
  readonly responses: BlockResponses
}

/** As many blocks of a chain, each with a transaction of its own; and the state before them. */
export function executedChain(
  genesis: InitChainRequest,
  count: number,
): { readonly first: ChainState; readonly heights: readonly Executed[] } {
  const ground = new Ground(genesis)
  const first = ground.handshake()
  const heights: Executed[] = []
  let chain = first
  let lastCommit: Commit | undefined
  for (let i = 0; i < count; i++) {
    ground.mempool.transactions = [Uint8Array.of(i)]
    const { blockId, ...decided } = ground.propose(chain, lastCommit)
    ground.blockStore.save(decided)
    chain = ground.executor.apply(chain, blockId, decided.block)
    lastCommit = decided.seenCommit
    heights.push({ decided, chain, responses: ground.applied.at(-1)!.responses })
  }
  return { first, heights }
}
