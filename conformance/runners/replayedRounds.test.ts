/**
 * Every recorded round of the test runtime, executed by ours: out of the recorded state before it,
 * its recorded transactions, and what the consensus layer had at the height of the block before.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { decodeRust } from '@wadi/cbor/codec'
import { type Block, HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Call } from '@wadi/paratime-keyvalue/call'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { hashOfHeader, normalBlock, stateRootOf } from '@wadi/runtime-protocol/block'
import { computeResults } from '@wadi/runtime-protocol/computeBatch'
import { readInputBatch } from '@wadi/runtime-protocol/transactions/readIoTree'
import { type Round, roundsOf } from '../src/api/followedRounds.ts'
import { type BatchBase, batchBases } from '../src/batchBases.ts'
import '../src/coverage.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import type { RecordedRound } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

/** Rounds that do not come out as recorded: each executes one transaction, which calls a method. */
interface ExcusedRounds {
  readonly chain: string
  readonly methods: Readonly<Record<string, string>>
  readonly why: string
  readonly since: string
}

/** A round that comes out all the same is no longer excused. */
const EXCUSED: readonly ExcusedRounds[] = [
  {
    chain: 'keymanager-churp-txs',
    methods: {
      7: 'churp_insert',
      8: 'churp_get',
      9: 'churp_remove',
      10: 'churp_get',
      12: 'churp_insert',
      20: 'churp_get',
      41: 'churp_get',
      62: 'churp_get',
    },
    why: 'its keys are shared by several key managers (CHURP), which are missing here',
    since: '2026-11-23',
  },
]

const UNLIMITED = { batchSizeMax: 0n, batchSizeBytesMax: 0n }
/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1
const arena = new Arena()

function inputsOf({ recorded, annotated }: Round): readonly Uint8Array[] {
  const { namespace } = annotated.block.header
  const tree = createTree(arena, { namespace, type: ROOT_TYPE_IO })
  applyDiff(tree, recorded.io_tree)
  const inputs = readInputBatch(tree, UNLIMITED)
  tree.dispose()
  return inputs
}

/** The block that our runtime makes of a round's transactions, in the time of the recorded one. */
function blockUpon({ context, ...told }: BatchBase, before: Tree, next: Round): Block {
  const { header } = context
  const state = before.copy()
  try {
    const batch = { mode: 'execute', inputs: inputsOf(next), ...told } as const
    const outcome = keyvalueRuntime.execute(context, state, batch)
    const made = { header, inMessages: told.inMessages, inputRoot: undefined }
    const { batch: computed } = computeResults({ arena, state }, made, outcome)
    const { ioRoot, stateRoot, messagesHash, inMsgsHash } = computed.header
    assert.ok(ioRoot && stateRoot && messagesHash && inMsgsHash)
    const results = { ioRoot, stateRoot, messagesHash, inMsgsHash }
    return normalBlock({ header }, next.annotated.block.header.timestamp, results)
  } finally {
    state.dispose()
  }
}

/** Each recorded normal round beside ours. The first block of a runtime is nobody's work. */
function* replayed(chain: string, rounds: readonly Round[]) {
  const successors = new Map(
    rounds.map((round) => [toHex(round.annotated.block.header.previousHash), round]),
  )
  const states = new Map<string, Tree>()
  for (const [round, base] of batchBases(chain, rounds)) {
    const { header } = round.annotated.block
    const { namespace, round: version } = header
    const name = toHex(namespace)
    const state = states.get(name) ?? createTree(arena, { namespace, type: ROOT_TYPE_STATE })
    states.set(name, state)
    applyDiff(state, round.recorded.state_diff)
    const { root } = state.commit({ version, baseAddress: BASE_ADDRESS })
    assert.deepEqual(root, stateRootOf(header))
    const next = successors.get(toHex(hashOfHeader(header)))
    if (next !== undefined && isNormal(next)) yield { next, ours: blockUpon(base, state, next) }
  }
}

const isNormal = ({ annotated }: Round) => annotated.block.header.headerType === HEADER_TYPES.normal
const isFirst = ({ annotated }: Round) =>
  equalBytes(annotated.block.header.previousHash, EMPTY_HASH)

/** With byte strings that people can compare. */
function shown({ header }: Block): Readonly<Record<string, unknown>> {
  const fields = Object.entries(header).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? toHex(value) : value,
  ])
  return { ...Object.fromEntries(fields), hash: toHex(hashOfHeader(header)) }
}

function describeRounds(chain: string): void {
  const rounds = roundsOf(readNdjson<RecordedRound>(`chains/${chain}/rounds.ndjson.gz`))
  const wanted = rounds.filter((round) => isNormal(round) && !isFirst(round))
  const excused = new Map(
    EXCUSED.filter((rounds) => rounds.chain === chain).flatMap(({ methods, why, since }) =>
      Object.entries(methods).map(([round, method]) => [round, { method, why, since }] as const),
    ),
  )
  const count = wanted.length - excused.size
  it(`${chain}: ${count} rounds of ${wanted.length} come out as recorded`, () => {
    const seen: string[] = []
    const unlike = new Set<string>()
    for (const { next, ours } of replayed(chain, rounds)) {
      const { header_hash } = next.recorded
      seen.push(header_hash)
      const recorded = { ...shown(next.annotated.block), hash: header_hash.toLowerCase() }
      const round = String(next.annotated.block.header.round)
      const excuse = excused.get(round)
      if (excuse === undefined) {
        assert.deepEqual(shown(ours), recorded)
        continue
      }
      const { method, why, since } = excuse
      const called = inputsOf(next).map((input) => decodeRust(Call, input).method)
      assert.deepEqual(called, [method])
      const vain = `round ${round} comes out as recorded, although since ${since} ${why}`
      assert.notDeepEqual(shown(ours), recorded, vain)
      unlike.add(round)
    }
    assert.notEqual(count, 0)
    assert.deepEqual(
      seen,
      wanted.map(({ recorded }) => recorded.header_hash),
    )
    assert.deepEqual([...unlike], [...excused.keys()])
  })
}

describe('recorded rounds, executed by our runtime', () => {
  for (const chain of listChains())
    if (hasVector(`chains/${chain}/rounds.ndjson.gz`)) describeRounds(chain)
})
