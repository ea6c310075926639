import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { zero } from '@wadi/cbor/codec'
import { RuntimeState } from '@wadi/consensus/roothash'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import {
  RUNTIME_ID,
  testCommittee,
  testMember,
  testRuntime,
} from '@wadi/runtime-executor/testing/test-network'
import type { Ask } from '../chain.ts'
import { testRounds } from '../testing/testRounds.ts'
import { RoundBases } from './roundBases.ts'

const members = [0, 1, 2, 3, 4].map((i) => testMember(i))

/** A committee of these workers; all of them are of one epoch unless another one is said. */
function committeeOf(workers: readonly number[], validFor = 1n): Committee {
  return testCommittee(
    workers.map((i) => members[i]!.id),
    [],
    validFor,
  )
}

/** Bases upon the first round, on a consensus layer that has the committee which a test says. */
function setUp() {
  const [annotated] = testRounds(1)
  const layer = { committee: undefined as Committee | undefined, listed: 0 }
  const ask = (async (name: string) => {
    if (name === 'RootHash/GetIncomingMessageQueue') return []
    if (name === 'Registry/GetNodes') {
      layer.listed++
      return members.map(({ node }) => node)
    }
    const { block } = annotated!
    const { committee } = layer
    const runtime = testRuntime()
    return { ...zero(RuntimeState), runtime, genesisBlock: block, lastBlock: block, committee }
  }) as unknown as Ask
  const bases = new RoundBases(ask, RUNTIME_ID)
  /** The numbers of the members whose descriptors are known in a round of a committee. */
  const membersIn = async (committee: Committee | undefined) => {
    layer.committee = committee
    const { nodes } = await bases.upon(annotated!)
    const known = new Set(nodes.map(({ id }) => toHex(id)))
    return members.flatMap(({ id }, i) => (known.has(toHex(id)) ? [i] : []))
  }
  return { layer, membersIn }
}

describe('what a round is built upon', () => {
  it('has the descriptors of the committee, which are read once for it', async () => {
    const { layer, membersIn } = setUp()
    assert.deepEqual(await membersIn(committeeOf([0, 1, 2])), [0, 1, 2])
    assert.deepEqual(await membersIn(committeeOf([0, 1, 2])), [0, 1, 2])
    assert.equal(layer.listed, 1)
    assert.deepEqual(await membersIn(committeeOf([0, 1, 2], 2n)), [0, 1, 2])
    assert.equal(layer.listed, 2)
  })

  it('has those of a committee that was elected within the epoch', async () => {
    const { membersIn } = setUp()
    assert.deepEqual(await membersIn(committeeOf([0, 1, 2])), [0, 1, 2])
    assert.deepEqual(await membersIn(committeeOf([3, 4, 2])), [2, 3, 4])
    assert.deepEqual(await membersIn(committeeOf([0, 1, 2])), [0, 1, 2])
  })

  it('has none without a committee', async () => {
    const { membersIn } = setUp()
    assert.deepEqual(await membersIn(undefined), [])
  })
})
