/** Brings the application to where the chain is, when a node starts. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { Application, InitChainRequest } from '@wadi/contracts/application'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { initialState } from '@wadi/tendermint/chainState/genesisState'
import { nextHeight } from '@wadi/tendermint/chainState/makeBlock'
import type { Block } from '@wadi/tendermint/types/block'
import { errors } from '../errors.ts'
import type { BlockStore, StateStore } from '../stores/contract.ts'
import type { Executor } from './executor.ts'

/** Who has to agree before a node goes on. */
export interface HandshakeParts {
  readonly application: Application
  readonly genesis: InitChainRequest
  readonly executor: Executor
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
}

/**
 * The chain as all of block store, state store and application have it: blocks that were stored and
 * not applied are applied, and blocks that only the application lacks are run again.
 *
 * A block is stored, then its answers, then the application commits, then the state is saved. So
 * blocks are at most one ahead of the state, and the application is nowhere ahead of the blocks.
 */
export function handshake(parts: HandshakeParts, stored: ChainState): ChainState {
  const { application, blockStore } = parts
  const info = application.info()
  let chain = stored
  let { appHash } = info
  if (chain.lastBlockHeight === 0n) {
    chain = { ...chain, version: { ...chain.version, app: info.appVersion } }
  }
  if (info.height === 0n) [chain, appHash] = initChain(parts, chain)
  const { height, base } = blockStore
  // It has one block more than the state, and that is damaged here: it comes again as the next one.
  const isOneAhead = info.height === nextHeight(chain) && height <= chain.lastBlockHeight
  if (isOneAhead && parts.executor.expectCommitted(info.height)) return chain
  if (height === 0n) return agreed(chain, appHash)
  const isTooOld = info.height === 0n ? chain.initialHeight < base : info.height < base - 1n
  if (isTooOld) throw errors.applicationBehind(`at ${info.height}, blocks from ${base}`)
  // The last blocks are damaged, and nobody needs them to go on: see `Consensus`.
  if (height < chain.lastBlockHeight && info.height === chain.lastBlockHeight)
    return agreed(chain, appHash)
  if (height < info.height) throw errors.applicationAhead(`at ${info.height}, blocks to ${height}`)
  const isKnown = height === chain.lastBlockHeight || height === nextHeight(chain)
  if (!isKnown) throw errors.stateAhead(`at ${chain.lastBlockHeight}, blocks to ${height}`)
  return catchUp(parts, chain, { height: info.height, appHash })
}

/** Has the application begin the chain. */
function initChain(parts: HandshakeParts, stored: ChainState): [ChainState, Uint8Array] {
  const { application, genesis, stateStore } = parts
  const response = application.initChain(genesis)
  if (stored.lastBlockHeight > 0n) return [stored, response.appHash]
  const chain = initialState(stored, response)
  stateStore.save(chain)
  return [chain, response.appHash]
}

interface ApplicationAt {
  readonly height: bigint
  readonly appHash: Uint8Array
}

function catchUp(parts: HandshakeParts, stored: ChainState, at: ApplicationAt): ChainState {
  const { blockStore, executor } = parts
  const isStateBehind = blockStore.height > stored.lastBlockHeight
  if (isStateBehind && at.height === blockStore.height) {
    const [block, blockId] = blockAt(blockStore, at.height)
    return executor.applyCommitted(stored, blockId, block)
  }
  const first = at.height === 0n ? stored.initialHeight : at.height + 1n
  let { appHash } = at
  for (let height = first; height <= stored.lastBlockHeight; height++) {
    const [block] = blockAt(blockStore, height)
    checkAppHash(block.header.appHash, appHash)
    appHash = executor.runAgain(stored, block)
  }
  const chain = agreed(stored, appHash)
  if (!isStateBehind) return chain
  const [block, blockId] = blockAt(blockStore, blockStore.height)
  return executor.apply(chain, blockId, block)
}

function blockAt(store: BlockStore, height: bigint): [Block, ReturnType<typeof idOf>] {
  const block = store.loadBlock(height)
  if (block === undefined) throw errors.applicationBehind(`block ${height} is missing`)
  return [block, idOf(store, height)]
}

function idOf(store: BlockStore, height: bigint) {
  const meta = store.loadMeta(height)
  assert(meta !== undefined, 'a block has its metadata')
  return meta.blockId
}

function agreed(chain: ChainState, appHash: Uint8Array): ChainState {
  checkAppHash(chain.appHash, appHash)
  return chain
}

function checkAppHash(expected: Uint8Array, found: Uint8Array): void {
  if (!equalBytes(expected, found)) throw errors.otherAppHash()
}
