/**
 * A node that follows a recorded runtime: it finds the rounds in the state of the recorded chain,
 * and makes their trees out of the recorded changes.
 */

import { toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decodeRpc, zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/control'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { MemoryStore } from '@wadi/kv/memory-store'
import { EMPTY_HASH, type Root, type WriteLog } from '@wadi/mkvs/roots'
import type { ChainSource } from '@wadi/node-api/chain-source'
import { createNodeApi } from '@wadi/node-api/node-api'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { askMethods } from '@wadi/registration/chain'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import type { Ask } from '@wadi/workers/chain'
import type { FollowedRuntime } from '@wadi/workers/followed-answers'
import { RoundHistory } from '@wadi/workers/round-history'
import { RoundIndexer } from '@wadi/workers/round-indexer'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { bytesOfBase64, type RecordedRound, type StateDiff } from '../records.ts'
import { damagedRecording } from '../replay/recording.ts'

/** A recorded round with its block. */
export interface Round {
  readonly recorded: RecordedRound
  readonly annotated: AnnotatedBlock
}

/** What is recorded of a runtime, round by round. */
export function roundsOf(recorded: Iterable<RecordedRound>): readonly Round[] {
  return Array.from(recorded, (round) => {
    const bytes = bytesOfBase64(round.annotated_block_cbor)
    return { recorded: round, annotated: decodeRpc(AnnotatedBlock, bytes) }
  })
}

/** A runtime that is followed, from its blocks on. */
export interface FollowedRounds extends FollowedRuntime {
  readonly runtimeId: RoundHistory['runtimeId']
  /** Makes the trees of the round that comes next. */
  keep(round: Round): void
}

function writeLogOf(diff: StateDiff | null | undefined): WriteLog {
  return (diff ?? []).map(([key, value]) => [
    bytesOfBase64(key),
    value === null ? undefined : bytesOfBase64(value),
  ])
}

/** The empty root from which a tree of the version begins. */
function emptyRoot(root: Root): Root {
  return { ...root, hash: EMPTY_HASH }
}

/** Asks an archive about its consensus layer. */
export function askArchive(source: ChainSource): Ask {
  const { identity } = zero(Status)
  const api = createNodeApi({ source, facts: { softwareVersion: '', mode: 'archive', identity } })
  return askMethods(api.methods)
}

/** Finds the blocks of a runtime in the states of its chain. */
async function findBlocks(
  { lastHeight }: ChainSource,
  ask: Ask,
  runtimeId: Round['annotated']['block']['header']['namespace'],
) {
  const history = await RoundHistory.open({ store: new MemoryStore(), runtimeId, seen: 'synced' })
  const time = new VirtualTime()
  const fatal: unknown[] = []
  const indexer = new RoundIndexer({
    ask,
    history,
    log: createLogger('recording', SILENT),
    timers: time,
    clock: time.clock,
    retryMs: () => 1,
    onFatal: (error) => fatal.push(error),
  })
  indexer.applied(lastHeight)
  while (!history.isReady && fatal.length === 0 && time.pending === 0)
    await new Promise((resolve) => setImmediate(resolve))
  if (fatal.length > 0) throw fatal[0]
  if (!history.isReady)
    throw damagedRecording(
      `the rounds of ${toHex(runtimeId)} cannot be found in the chain`,
      'take the recording again',
    )
  return history
}

/** Follows the runtime of a chain; the trees are still to be made. */
export async function followRuntime(
  source: ChainSource,
  ask: Ask,
  { annotated }: Round,
): Promise<FollowedRounds> {
  const runtimeId = annotated.block.header.namespace
  const history = await findBlocks(source, ask, runtimeId)
  const chain = source.chainContext
  const store = new RuntimeStore({ files: new MemoryFiles(), path: 'runtime', chain, runtimeId })
  let state: Root | undefined
  return {
    runtimeId,
    history,
    store,
    keep: ({ recorded, annotated: { block } }) => {
      const io = ioRootOf(block.header)
      store.apply({ from: emptyRoot(io), to: io, writeLog: writeLogOf(recorded.io_tree) })
      const to = stateRootOf(block.header)
      const from = state ?? emptyRoot(to)
      store.apply({ from, to, writeLog: writeLogOf(recorded.state_diff) })
      store.finalize(block.header)
      history.synced(block.header.round)
      state = to
    },
  }
}
