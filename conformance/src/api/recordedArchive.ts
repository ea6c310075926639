/** An archive of ours with a recorded chain: the stores of a node, filled from the records. */

import { EMPTY_BYTES, equalBytes, parseHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { TreeState } from '@wadi/compose/tree-state'
import { chainContextOf, cometChainId } from '@wadi/consensus/genesis/document'
import type { Event, TxResult } from '@wadi/contracts/application'
import { DiskBlockStore } from '@wadi/engine/disk-block-store'
import { DiskStateStore } from '@wadi/engine/disk-state-store'
import type { ChainSource } from '@wadi/node-api/chain-source'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { OpenTrees } from '@wadi/node-storage/open-trees'
import { decode } from '@wadi/protobuf/codec'
import { blockIdOf, partSetOf } from '@wadi/tendermint/blocks/parts'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { Block } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { followed, startOf } from '../engine/verifyChain.ts'
import { applyDiff } from '../recordedRoots.ts'
import {
  bytesOfBase64,
  type RecordedBlock,
  type RecordedEvent,
  type RecordedTxResult,
} from '../records.ts'
import { damagedRecording } from '../replay/recording.ts'
import type { RecordedChain } from '../replay/replayChain.ts'

function eventsOf(events: readonly RecordedEvent[] | null | undefined): readonly Event[] {
  return (events ?? []).map(({ type, attrs }) => {
    return { type, attributes: attrs.map(([key, value]) => ({ key, value, index: false })) }
  })
}

function resultOf(result: RecordedTxResult): TxResult {
  return {
    code: result.code ?? 0,
    codespace: result.codespace ?? '',
    data: result.data === undefined ? EMPTY_BYTES : bytesOfBase64(result.data),
    log: result.log ?? '',
    gasWanted: BigInt(result.gas_wanted ?? 0),
    gasUsed: BigInt(result.gas_used ?? 0),
    events: eventsOf(result.events),
  }
}

function responsesOf(record: RecordedBlock) {
  return {
    beginBlockEvents: eventsOf(record.begin_events),
    results: (record.tx_results ?? []).map(resultOf),
    endBlock: {
      validatorUpdates: [],
      consensusParamUpdates: undefined,
      events: eventsOf(record.end_events),
    },
  }
}

interface Stores {
  readonly blocks: DiskBlockStore
  readonly states: DiskStateStore
  readonly tree: TreeState
}

function openStores({ document }: RecordedChain): Stores {
  const files = new MemoryFiles()
  const context = chainContextOf(document)
  const log = createLogger('archive', SILENT)
  const at = (path: string) => ({ files, log, path, chain: cometChainId(context) })
  return {
    blocks: new DiskBlockStore(at('blocks')),
    states: new DiskStateStore(at('state')),
    tree: new TreeState({ folder: 'application', files, chain: context, durability: 'finalized' }),
  }
}

/** Stores one block, and what it did; gives the state of the chain after it. */
function store({ blocks, states, tree }: Stores, chain: ChainState, record: RecordedBlock) {
  const block = decode(Block, bytesOfBase64(record.block))
  const { height } = block.header
  const set = partSetOf(block)
  const seenCommit = decode(Commit, bytesOfBase64(record.seen_commit ?? ''))
  blocks.save({ block, parts: set.parts, seenCommit })
  states.saveResponses(height, responsesOf(record))
  applyDiff(tree.tree, record.state_diff)
  if (!equalBytes(tree.commit(height).hash, parseHex(record.state_root)))
    throw damagedRecording(`block ${height} leads to another state`, 'take the recording again')
  const next = followed(chain, record, block, blockIdOf(block, set))
  states.save(next)
  return next
}

/** Puts a recorded chain into an archive. */
export function createArchive(recorded: RecordedChain): ChainSource {
  const { document } = recorded
  const stores = openStores(recorded)
  let chain: ChainState | undefined
  for (const record of recorded.blocks) {
    if (chain === undefined) {
      chain = startOf(recorded, decode(Block, bytesOfBase64(record.block)))
      stores.states.save(chain)
    }
    chain = store(stores, chain, record)
  }
  const opened = new OpenTrees<bigint>((height, arena) => stores.tree.openAt(height, arena))
  return {
    document,
    chainContext: chainContextOf(document),
    lastHeight: chain?.lastBlockHeight ?? 0n,
    blocks: stores.blocks,
    states: stores.states,
    stateAt: (height) => opened.at(height),
    live: undefined,
  }
}
