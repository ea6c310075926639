/**
 * A node that follows a recorded runtime: it finds the rounds in the state of the recorded chain,
 * makes their trees out of the recorded changes, and answers about them.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { verifyGet } from '@wadi/mkvs/verifyProof'
import { stateRootOf } from '@wadi/runtime-protocol/block'
import { PREFIX } from '@wadi/runtime-protocol/transactions/artifacts'
import { type FollowedAnswers, followedAnswers } from '@wadi/workers/followed-answers'
import { LATEST_ROUND } from '@wadi/workers/round-history'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import { askArchive, followRuntime, type Round, roundsOf } from '../src/api/followedRounds.ts'
import { createArchive } from '../src/api/recordedArchive.ts'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { bytesOfBase64, type RecordedRound } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

function describeRuntime(chain: string): void {
  const rounds = roundsOf(readNdjson<RecordedRound>(`chains/${chain}/rounds.ndjson.gz`))

  it(`finds the ${rounds.length} rounds of ${chain}, makes their trees, and answers about them`, async () => {
    const source = createArchive(readChain(chain))
    const followed = await followRuntime(source, askArchive(source), rounds[0]!)
    const { history, store, runtimeId } = followed
    const { answers } = followedAnswers((id) =>
      equalBytes(id, runtimeId) ? { history, store } : undefined,
    )
    assert.equal(history.lastRound, rounds.at(-1)!.annotated.block.header.round)
    for (const round of rounds) {
      const { header } = round.annotated.block
      assert.deepEqual(history.committedBlock(header.round), round.annotated)
      followed.keep(round)
      assert.equal(store.hasRound(header), true)
      compareAnswers(round, answers, store)
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
  answers: FollowedAnswers['answers'],
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
