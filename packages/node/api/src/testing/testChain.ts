/** A small chain that a test makes block by block, as a source of answers. */

import { toBase64 } from '@wadi/base/bytes'
import { encode, zero } from '@wadi/cbor/codec'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { eventBodies } from '@wadi/consensus/events'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { EventBody, EventKind, EventType } from '@wadi/consensus-services/kernel/events'
import { write } from '@wadi/consensus-services/kernel/state'
import type { Event, EventAttribute, TxResult } from '@wadi/contracts/application'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import type { Epoch } from '@wadi/primitives/epoch'
import { size } from '@wadi/protobuf/codec'
import { addBlock, beginChain, type SignedChain } from '@wadi/tendermint/testing/signedChain'
import { Block, type BlockMeta } from '@wadi/tendermint/types/block'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { ChainSource, LiveChain, StoredResponses } from '../chainSource.ts'

const POWERS = [10n, 20n, 30n]

/** A result of a transaction from which nothing came. */
export const GOOD_RESULT: TxResult = {
  code: 0,
  codespace: '',
  data: new Uint8Array(0),
  log: '',
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
}

/** An event as a store has it. */
export function storedEvent<A extends EventType, K extends EventKind<A>>(
  type: A,
  kind: K,
  body: EventBody<A, K>,
  ...beside: readonly EventAttribute[]
): Event {
  const schema = eventBodies[type][kind] as unknown as Parameters<typeof encode>[0]
  const value = toBase64(encode(schema, body))
  return { type, attributes: [{ key: kind, value, index: false }, ...beside] }
}

/** What a block of a test has. */
export interface TestBlock {
  readonly transactions?: readonly Uint8Array[]
  readonly results?: readonly TxResult[]
  readonly events?: readonly Event[]
  readonly epoch?: Epoch
  /** What else is in the state after it. */
  readonly writeState?: (tree: Tree) => void
}

/** See the top of this file. */
export class TestChain implements ChainSource {
  readonly document: GenesisDocument = { ...zero(GenesisDocument), height: 1n }
  readonly chainContext = 'c0'.repeat(32)
  live: LiveChain | undefined
  signed: SignedChain = beginChain(POWERS)
  /** The lowest block that is not pruned. */
  base = 0n
  readonly #arena = new Arena()
  readonly #blocks = new Map<bigint, Block>()
  readonly #metas = new Map<bigint, BlockMeta>()
  readonly #seen = new Map<bigint, Commit>()
  readonly #responses = new Map<bigint, StoredResponses>()
  readonly #validators = new Map<bigint, ValidatorSet>()
  readonly #params = new Map<bigint, ConsensusParams>()
  readonly #trees = new Map<bigint, Tree>()

  constructor() {
    this.#note()
  }

  get lastHeight(): bigint {
    return this.signed.state.lastBlockHeight
  }

  readonly blocks = ((chain: TestChain) => ({
    get base() {
      return chain.base
    },
    get height() {
      return chain.lastHeight
    },
    loadBlock: (height: bigint) => chain.#blocks.get(height),
    loadMeta: (height: bigint) => chain.#metas.get(height),
    loadCommit: (height: bigint) => chain.#blocks.get(height + 1n)?.lastCommit,
    loadSeenCommit: (height: bigint) => chain.#seen.get(height),
  }))(this)

  readonly states = {
    loadValidators: (height: bigint) => this.#validators.get(height),
    loadConsensusParams: (height: bigint) => this.#params.get(height),
    loadResponses: (height: bigint) => this.#responses.get(height),
  }

  stateAt(height: bigint): Tree {
    const tree = height < this.base ? undefined : this.#trees.get(height)
    if (tree === undefined) throw consensusErrors.versionNotFound()
    return tree
  }

  /** Adds a block; gives its height. */
  add(options: TestBlock = {}): bigint {
    const { transactions = [], events = [], epoch = 0n } = options
    const results = options.results ?? transactions.map(() => GOOD_RESULT)
    const { block, blockId, chain } = addBlock(this.signed, { content: { transactions } })
    this.signed = chain
    const { height } = block.header
    if (this.base === 0n) this.base = height
    const blockSize = BigInt(size(Block, block))
    const txCount = BigInt(transactions.length)
    this.#blocks.set(height, block)
    this.#metas.set(height, { blockId, blockSize, header: block.header, txCount })
    this.#seen.set(height, chain.lastCommit)
    this.#responses.set(height, { beginBlockEvents: events, results, endBlock: { events: [] } })
    const tree = createTree(this.#arena, {
      namespace: new Uint8Array(32),
      type: ROOT_TYPE_STATE,
      writeLog: 'dropped',
    })
    write(tree, beaconKeys.currentEpoch, [], { epoch, height: 1n })
    options.writeState?.(tree)
    this.#trees.set(height, tree)
    this.#note()
    return height
  }

  #note(): void {
    const { lastBlockHeight, validators, nextValidators, consensusParams } = this.signed.state
    this.#validators.set(lastBlockHeight + 1n, validators)
    this.#validators.set(lastBlockHeight + 2n, nextValidators)
    this.#params.set(lastBlockHeight + 1n, consensusParams)
  }
}
