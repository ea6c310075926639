import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  InsecureParameters,
  Parameters,
  PrevVrfState,
  VrfParameters,
  VrfState,
} from '@wadi/consensus/beacon'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Proof, RawProof } from '@wadi/primitives/signed'
import type { Context } from '../kernel/context.ts'
import { nodeStatusOf } from '../registry/queries.ts'
import { type TestOptions, testContext, testTree } from '../testing/testContext.ts'
import { putNode, testKey, testNode, testVrfSigner } from '../testing/testNodes.ts'
import { highQualityAlpha, lowQualityAlpha } from './alpha.ts'
import { beginBlock } from './blocks.ts'
import { randomValueAt } from './entropy.ts'
import {
  epochTimeOf,
  futureEpochOf,
  pendingMockEpochOf,
  randomValueOf,
  vrfStateOf,
} from './queries.ts'
import {
  scheduleEpoch,
  setEpoch,
  setParameters,
  setPendingMockEpoch,
  setVrfState,
} from './state.ts'

const insecureParameters = make(InsecureParameters, { interval: 3n })
const vrfParameters = make(VrfParameters, { alphaHqThreshold: 2n, interval: 10n, proofDelay: 4n })

/** Block 11 of a chain that is in epoch 2 since block 5. */
function block(params: Partial<Parameters>, options: TestOptions = {}): Context {
  const ctx = testContext({ mode: 'beginBlock', ...options })
  setParameters(ctx.state, make(Parameters, { insecureParameters, vrfParameters, ...params }))
  setEpoch(ctx.state, { epoch: 2n, height: 5n })
  return ctx
}

function otherState() {
  const tree = testTree()
  tree.insert(Uint8Array.of(0xff), Uint8Array.of(1))
  return tree
}

function kindsOf({ events }: Context): readonly (string | undefined)[] {
  return events.map(({ attributes }) => attributes[0]?.key)
}

function proofs(alpha: Uint8Array, ...nodes: readonly number[]) {
  return keyedMap(
    PublicKey,
    nodes.map((n): readonly [PublicKey, Proof | undefined] => {
      const signer = testVrfSigner(n)
      const proof = RawProof.check(signer.prove(alpha))
      return [testKey(n), { publicKey: PublicKey.check(signer.publicKey), proof }]
    }),
  )
}

for (const backend of ['insecure', 'vrf'] as const)
  describe(`a block's beginning, ${backend}`, () => {
    it('changes nothing while the next epoch is ahead', () => {
      const ctx = block({ backend })
      scheduleEpoch(ctx.state, { epoch: 3n, height: 12n })
      beginBlock(ctx)
      assert.deepEqual(epochTimeOf(ctx.state), { epoch: 2n, height: 5n })
      assert.deepEqual(ctx.events, [])
    })

    it('stops the node if an epoch should have begun before', () => {
      const ctx = block({ backend })
      scheduleEpoch(ctx.state, { epoch: 3n, height: 10n })
      assert.throws(() => beginBlock(ctx), { name: 'BugError' })
    })

    it('begins the epoch that tests want, and schedules none after it', () => {
      const ctx = block({ backend, debugMockBackend: true })
      scheduleEpoch(ctx.state, { epoch: 30n, height: 11n })
      beginBlock(ctx)
      assert.deepEqual(epochTimeOf(ctx.state), { epoch: 30n, height: 11n })
      assert.equal(futureEpochOf(ctx.state), undefined)
    })

    it('has random bytes that depend on the epoch, the height, the time and the state', () => {
      const randomAt = (epoch: bigint, options: TestOptions) => {
        const ctx = block({ backend }, options)
        const height = (options.lastHeight ?? 10n) + 1n
        scheduleEpoch(ctx.state, { epoch, height })
        beginBlock(ctx)
        assert.deepEqual(randomValueOf(ctx.state), randomValueAt(ctx, epoch))
        return toHex(randomValueOf(ctx.state))
      }
      const values = [
        randomAt(3n, {}),
        randomAt(4n, {}),
        randomAt(3n, { lastHeight: 11n }),
        randomAt(3n, { lastHeight: 0n }),
        randomAt(3n, { committed: otherState() }),
        randomAt(3n, { time: { seconds: 1_600_000_001n, nanoseconds: 0 } }),
      ]
      assert.equal(new Set(values).size, values.length)
      const sameSecond = { time: { seconds: 1_600_000_000n, nanoseconds: 999 } }
      assert.equal(randomAt(3n, sameSecond), values[0])
    })
  })

describe("a block's beginning without proofs", () => {
  it('begins the epoch that is due, and schedules the next by its number', () => {
    const ctx = block({ backend: 'insecure' })
    scheduleEpoch(ctx.state, { epoch: 3n, height: 11n })
    beginBlock(ctx)
    assert.deepEqual(epochTimeOf(ctx.state), { epoch: 3n, height: 11n })
    assert.deepEqual(futureEpochOf(ctx.state), { epoch: 4n, height: 12n })
    assert.deepEqual(kindsOf(ctx), ['epoch', 'beacon'])
  })

  it('waits for SetEpoch in a network for tests', () => {
    const ctx = block({ backend: 'insecure', debugMockBackend: true })
    beginBlock(ctx)
    assert.deepEqual(ctx.events, [])
  })
})

describe("a block's beginning with proofs", () => {
  const oldAlpha = new Uint8Array(32).fill(1)

  /** A round in which these nodes have proved, and that ends with this block. */
  function ending(fields: Partial<VrfState>, ...provers: readonly number[]): Context {
    const ctx = block({ backend: 'vrf' })
    const pi = proofs(oldAlpha, ...provers)
    setVrfState(ctx.state, make(VrfState, { epoch: 2n, alpha: oldAlpha, pi, ...fields }))
    scheduleEpoch(ctx.state, { epoch: 3n, height: 11n })
    return ctx
  }

  it('begins the first round without anything to prove before, and without telling', () => {
    const ctx = block({ backend: 'vrf' }, { lastHeight: 0n })
    scheduleEpoch(ctx.state, { epoch: 3n, height: 11n })
    beginBlock(ctx)
    const expected = { epoch: 2n, alpha: lowQualityAlpha(ctx, 2n), submitAfter: 5n }
    assert.deepEqual(
      encode(VrfState, vrfStateOf(ctx.state)!),
      encode(VrfState, make(VrfState, expected)),
    )
    assert.deepEqual(ctx.events, [])
  })

  it('begins an epoch: its number, its random bytes, and what to prove in it', () => {
    const ctx = ending({}, 1, 2)
    beginBlock(ctx)
    assert.deepEqual(epochTimeOf(ctx.state), { epoch: 3n, height: 11n })
    assert.deepEqual(futureEpochOf(ctx.state), { epoch: 4n, height: 21n })
    assert.deepEqual(kindsOf(ctx), ['epoch', 'beacon', 'vrf'])
    const { alpha, submitAfter, epoch, pi } = vrfStateOf(ctx.state)!
    assert.deepEqual([epoch, submitAfter, pi.size], [3n, 15n, 0])
    assert.deepEqual(alpha, highQualityAlpha(ctx, 3n, proofs(oldAlpha, 1, 2)))
  })

  it('has a good alpha from as many proofs as it takes, and a bad one from fewer', () => {
    const enough = ending({}, 2, 1)
    const tooFew = ending({}, 1)
    for (const ctx of [enough, tooFew]) beginBlock(ctx)
    assert.equal(vrfStateOf(enough.state)?.alphaHq, true)
    assert.equal(vrfStateOf(tooFew.state)?.alphaHq, false)
    assert.deepEqual(vrfStateOf(tooFew.state)?.alpha, lowQualityAlpha(tooFew, 3n))
  })

  it('elects by the proofs of the round that ends, if their alpha was good', () => {
    for (const alphaHq of [true, false]) {
      const ctx = ending({ alphaHq }, 1)
      beginBlock(ctx)
      const prevState = vrfStateOf(ctx.state)?.prevState
      const expected = { pi: proofs(oldAlpha, 1), canElect: alphaHq }
      assert.deepEqual(encode(PrevVrfState, prevState!), encode(PrevVrfState, expected))
    }
  })

  it('writes that nobody has proved as an empty map', () => {
    const ctx = ending({})
    beginBlock(ctx)
    const { prevState } = vrfStateOf(ctx.state)!
    assert.equal(toHex(encode(PrevVrfState, prevState!)), 'a16c70692e6f6d6974656d707479a0')
  })

  it('writes null for the proofs of a round that nobody could prove in', () => {
    const ctx = block({ backend: 'vrf' })
    scheduleEpoch(ctx.state, { epoch: 3n, height: 11n })
    beginBlock(ctx)
    const { prevState } = vrfStateOf(ctx.state)!
    assert.equal(toHex(encode(PrevVrfState, prevState!)), 'a16c70692e6f6d6974656d707479f6')
  })

  it('lets nodes that have registered since be elected from the next epoch on', () => {
    const ctx = ending({})
    putNode(ctx.state, testNode(1), { electionEligibleAfter: EPOCH_INVALID })
    putNode(ctx.state, testNode(2), { electionEligibleAfter: 1n, freezeEndTime: 9n })
    beginBlock(ctx)
    assert.equal(nodeStatusOf(ctx.state, testKey(1))?.electionEligibleAfter, 3n)
    assert.equal(nodeStatusOf(ctx.state, testKey(2))?.electionEligibleAfter, 1n)
  })

  it('stops the node if no epoch follows and tests do not say which', () => {
    assert.throws(() => beginBlock(block({ backend: 'vrf' })), { name: 'BugError' })
  })
})

describe('an epoch that a test asked for, with proofs', () => {
  interface Situation {
    readonly submitAfter: bigint
    readonly provers: readonly number[]
    readonly begun?: bigint
  }

  /** Block 11, with two nodes. */
  function asked({ submitAfter, provers, begun = 5n }: Situation): Context {
    const ctx = block({ backend: 'vrf', debugMockBackend: true })
    setEpoch(ctx.state, { epoch: 2n, height: begun })
    for (const n of [1, 2]) putNode(ctx.state, testNode(n))
    const pi = proofs(new Uint8Array(0), ...provers)
    setVrfState(ctx.state, make(VrfState, { epoch: 2n, submitAfter, pi }))
    setPendingMockEpoch(ctx.state, 8n)
    beginBlock(ctx)
    return ctx
  }

  function isScheduled({ state }: Context): boolean {
    const future = futureEpochOf(state)
    if (future === undefined) return false
    assert.deepEqual(future, { epoch: 8n, height: 12n })
    assert.equal(pendingMockEpochOf(state), undefined)
    return true
  }

  it('is scheduled for the next block when all nodes have proved', () => {
    assert.ok(isScheduled(asked({ submitAfter: 10n, provers: [1, 2] })))
    assert.ok(!isScheduled(asked({ submitAfter: 10n, provers: [1] })))
  })

  it('waits until nodes may prove', () => {
    assert.ok(!isScheduled(asked({ submitAfter: 11n, provers: [1, 2] })))
  })

  it('waits for nodes only as long as an epoch lasts', () => {
    assert.ok(isScheduled(asked({ submitAfter: 10n, provers: [], begun: 1n })))
    assert.ok(!isScheduled(asked({ submitAfter: 10n, provers: [], begun: 2n })))
  })

  it('is nothing to wait for if nobody asked', () => {
    const ctx = block({ backend: 'vrf', debugMockBackend: true })
    beginBlock(ctx)
    assert.equal(futureEpochOf(ctx.state), undefined)
  })
})
