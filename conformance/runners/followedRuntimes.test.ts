/**
 * A node that follows a recorded runtime: it finds the rounds in the state of the recorded chain,
 * makes their trees out of the recorded changes, and answers about them.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { decodeRpc, zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/control'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { VirtualTime } from '@wadi/contracts/testing/virtual-time'
import { MemoryStore } from '@wadi/kv/memory-store'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root, type WriteLog } from '@wadi/mkvs/roots'
import { verifyGet } from '@wadi/mkvs/verifyProof'
import { createNodeApi } from '@wadi/node-api/node-api'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { askMethods } from '@wadi/registration/chain'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { PREFIX } from '@wadi/runtime-protocol/transactions/artifacts'
import { followedAnswers } from '@wadi/workers/followed-answers'
import { LATEST_ROUND, RoundHistory } from '@wadi/workers/round-history'
import { RoundIndexer } from '@wadi/workers/round-indexer'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { createArchive } from '../src/api/recordedArchive.ts'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { bytesOfBase64, type RecordedRound, type StateDiff } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

interface Round {
  readonly recorded: RecordedRound
  readonly annotated: AnnotatedBlock
}

function roundsOf(chain: string): Round[] {
  return Array.from(readNdjson<RecordedRound>(`chains/${chain}/rounds.ndjson.gz`), (recorded) => {
    const bytes = bytesOfBase64(recorded.annotated_block_cbor)
    return { recorded, annotated: decodeRpc(AnnotatedBlock, bytes) }
  })
}

function writeLogOf(diff: StateDiff | null | undefined): WriteLog {
  return (diff ?? []).map(([key, value]) => [
    bytesOfBase64(key),
    value === null ? undefined : bytesOfBase64(value),
  ])
}

/** Follows the runtime of a chain until everything that was recorded is here. */
async function follow(chain: string, rounds: readonly Round[]) {
  const source = createArchive(readChain(chain))
  const { identity } = zero(Status)
  const api = createNodeApi({ source, facts: { softwareVersion: '', mode: 'archive', identity } })
  const runtimeId = rounds[0]!.annotated.block.header.namespace
  const history = await RoundHistory.open({ store: new MemoryStore(), runtimeId, seen: 'synced' })
  const time = new VirtualTime()
  const fatal: unknown[] = []
  const indexer = new RoundIndexer({
    ask: askMethods(api.methods),
    history,
    log: createLogger('test', SILENT),
    timers: time,
    clock: time.clock,
    retryMs: () => 1,
    onFatal: (error) => fatal.push(error),
  })
  const options = {
    files: new MemoryFiles(),
    path: 'runtime',
    chain: source.chainContext,
    runtimeId,
  }
  const store = new RuntimeStore(options)
  indexer.applied(source.lastHeight)
  while (!history.isReady && fatal.length === 0 && time.pending === 0)
    await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(fatal, [])
  const { answers } = followedAnswers((id) =>
    equalBytes(id, runtimeId) ? { history, store } : undefined,
  )
  return { history, store, answers, runtimeId }
}

/** The empty root from which a tree of the version begins. */
function emptyRoot(root: Root): Root {
  return { ...root, hash: EMPTY_HASH }
}

function describeRuntime(chain: string): void {
  const rounds = roundsOf(chain)

  it(`finds the ${rounds.length} rounds of ${chain}, makes their trees, and answers about them`, async () => {
    const { history, store, answers, runtimeId } = await follow(chain, rounds)
    assert.equal(history.lastRound, rounds.at(-1)!.annotated.block.header.round)
    let state: Root | undefined
    for (const { recorded, annotated } of rounds) {
      const { header } = annotated.block
      assert.deepEqual(history.committedBlock(header.round), annotated)
      const io = ioRootOf(header)
      store.apply({ from: emptyRoot(io), to: io, writeLog: writeLogOf(recorded.io_tree) })
      const to = stateRootOf(header)
      const from = state ?? emptyRoot(to)
      store.apply({ from, to, writeLog: writeLogOf(recorded.state_diff) })
      assert.equal(store.hasRound(header), true)
      store.finalize(header)
      history.synced(header.round)
      state = to
      compareAnswers({ recorded, annotated }, answers, store)
    }
    assert.deepEqual(
      answers['RuntimeClient/GetLastRetainedBlock'](runtimeId, {}),
      rounds[0]!.annotated.block,
    )
    const latest = { runtimeId, round: LATEST_ROUND }
    assert.deepEqual(answers['RuntimeClient/GetBlock'](latest, {}), rounds.at(-1)!.annotated.block)
  })
}

/** What is answered about a round beside its recorded tree of inputs and outputs. */
function compareAnswers(
  { recorded, annotated }: Round,
  answers: Awaited<ReturnType<typeof follow>>['answers'],
  store: RuntimeStore,
): void {
  const { header } = annotated.block
  const request = { runtimeId: header.namespace, round: header.round }
  assert.deepEqual(answers['RuntimeClient/GetBlock'](request, {}), annotated.block)
  const pairs = recorded.io_tree ?? []
  const isOf = (prefix: number) => pairs.filter(([key]) => bytesOfBase64(key)[0] === prefix)
  const transactions = answers['RuntimeClient/GetTransactions'](
    request,
    {},
  ) as readonly Uint8Array[]
  // Two artifacts each: what went in and what came out.
  assert.equal(transactions.length * 2, isOf(PREFIX.transaction).length)
  const events = answers['RuntimeClient/GetEvents'](request, {}) as readonly unknown[]
  assert.equal(events.length, isOf(PREFIX.tag).length)
  const results = answers['RuntimeClient/GetTransactionsWithResults'](request, {})
  assert.deepEqual(
    (results as readonly { tx: Uint8Array }[]).map(({ tx }) => tx),
    transactions,
  )
  for (const [key, value] of recorded.state_diff ?? []) {
    if (value === null) continue
    const root = { ...stateRootOf(header), type: ROOT_TYPE_STATE }
    const tree = { root, position: root.hash }
    const asked = { tree, key: bytesOfBase64(key), includeSiblings: false, proofVersion: 0 }
    const { proof } = answers['RuntimeClient/StateSyncGet'](asked, {}) as { proof: never }
    const wanted = toHex(bytesOfBase64(value))
    const found = verifyGet(root.hash, proof, asked.key)
    assert.equal(found.kind === 'present' ? toHex(found.value) : found.kind, wanted)
    assert.equal(toHex(store.stateAfter(header).get(asked.key)!), wanted)
  }
}

describe('a node that follows a recorded runtime', () => {
  for (const chain of listChains())
    if (hasVector(`chains/${chain}/rounds.ndjson.gz`)) describeRuntime(chain)
})
