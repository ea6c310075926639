import type { Logger } from '@wadi/base/log'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { genesisState } from '@wadi/tendermint/chainState/genesisState'
import { nextHeight } from '@wadi/tendermint/chainState/makeBlock'
import type { EngineOptions } from './engine.ts'
import { errors } from './errors.ts'
import { EvidencePool } from './evidence/evidencePool.ts'
import type { BlockStore, StateStore } from './stores/contract.ts'
import { DiskBlockStore } from './stores/diskBlockStore.ts'
import { DiskStateStore } from './stores/diskStateStore.ts'
import { rebuildState } from './stores/rebuildState.ts'
import { Wal } from './wal/wal.ts'

/** What an engine keeps on its disk. */
export interface EngineStores {
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly wal: Wal
  readonly evidence: EvidencePool
  /** The chain as it was stored; as genesis has it, if nothing was. */
  readonly stored: ChainState
}

/** Opens, or makes, everything below an engine's folder. */
export function openStores({ world, folder, genesis, dialect }: EngineOptions): EngineStores {
  const { files, log } = world
  const at = (name: string) => ({ files, log, path: `${folder}/${name}`, chain: genesis.chainId })
  const blockStore = new DiskBlockStore(at('blocks'))
  const stateStore = new DiskStateStore(at('state'))
  const wal = new Wal(at('wal'))
  const stored = storedState(genesisState(genesis), { blockStore, stateStore, log })
  const facts = { dialect, blockStore, stateStore, state: stored }
  const evidence = new EvidencePool({ ...at('evidence'), ...facts })
  return { blockStore, stateStore, wal, evidence, stored }
}

/** The state that was saved last; made again if it is not that before or after the last block. */
function storedState(
  genesis: ChainState,
  { blockStore, stateStore, log }: StoredChain,
): ChainState {
  const kept = stateStore.load()
  const { height } = blockStore
  if (height === 0n) return kept ?? genesis
  if (kept !== undefined && height <= nextHeight(kept)) return kept
  const rebuilt = rebuildState(genesis, blockStore, stateStore)
  if (rebuilt === undefined) throw errors.stateLost(`blocks to ${height}`)
  log.error('the state of the chain was damaged, and is made again', { height })
  return rebuilt
}

interface StoredChain extends Pick<EngineStores, 'blockStore' | 'stateStore'> {
  readonly log: Logger
}
