import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import * as keys from '@wadi/consensus/roothash/keys'
import { Evidence } from '@wadi/consensus/roothash/methods'
import { runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import {
  commitmentContext,
  signCommitment,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import { signProposal } from '@wadi/runtime-protocol/commitments/proposal'
import type { Context } from '../../kernel/context.ts'
import { entriesOf } from '../../kernel/state.ts'
import { accountOf, commonPoolOf } from '../../staking/queries.ts'
import { putNode, testKey, testNode } from '../../testing/testNodes.ts'
import {
  commitmentBy,
  costs,
  entityAddress,
  nodeId,
  nodeSigner,
  punishing,
  RUNTIME_ID,
  runtimeAtWork,
  type Saying,
  type TestRuntimeOptions,
  testHash,
  toldKinds,
} from '../testing/testRuntime.ts'
import { evidence } from './evidence.ts'

const reporter = stakingAddress(testKey(7))

/** A runtime that takes 100 for two results, of which 30 percent are for itself. */
function court(options: TestRuntimeOptions = {}): Context {
  const staking = punishing({ 'runtime-equivocation': 100n }, { rewardEquivocation: 30 })
  return runtimeAtWork({
    params: { maxEvidenceAge: 3n },
    ...options,
    runtime: { staking, ...options.runtime },
    context: { caller: reporter, ...options.context },
  })
}

/** Two commitments of a node that differ. */
function twoResults(ctx: Context, name = 'b', saying: Saying = {}): Evidence {
  const commitA = commitmentBy(ctx, name, saying)
  const commitB = commitmentBy(ctx, name, { ...saying, result: 'wrong' })
  return { ...zero(Evidence), id: RUNTIME_ID, equivocationExecutor: { commitA, commitB } }
}

/** The same of another round. */
function ofRound(ctx: Context, round: bigint, name = 'b'): Evidence {
  return twoResults(ctx, name, { results: { round } })
}

function twoProposals({ chain }: Context, name = 'b', round = 12n): Evidence {
  const place = { chainContext: chain.context, runtimeId: RUNTIME_ID }
  const propose = (batch: string) => {
    const header = { round, previousHash: testHash('parent'), batchHash: testHash(batch) }
    return signProposal(nodeSigner(name), place, { header, batch: [] })
  }
  const equivocationProp = { propA: propose('one'), propB: propose('other') }
  return { ...zero(Evidence), id: RUNTIME_ID, equivocationProp }
}

function remembered({ state }: Context): number {
  return [...entriesOf(state, keys.evidence, RUNTIME_ID)].length
}

const refused = (code: number) => ({ module: 'roothash', code })

describe('roothash.Evidence', () => {
  it('slashes the entity, and shares what that brings between runtime and reporter', () => {
    for (const evidenceOf of [twoResults, twoProposals]) {
      const ctx = court()
      evidence(ctx, evidenceOf(ctx))
      const { state } = ctx
      assert.equal(accountOf(state, entityAddress('b')).escrow.active.balance, 900n)
      assert.equal(accountOf(state, runtimeAddress(RUNTIME_ID)).general.balance, 30n)
      assert.equal(accountOf(state, reporter).escrow.active.balance, 70n)
      assert.equal(commonPoolOf(state), 0n)
      assert.deepEqual(toldKinds(ctx), ['take_escrow', 'transfer', 'transfer', 'add_escrow'])
    }
  })

  it("rewards a node's entity instead of the node", () => {
    const signer = testKey(8)
    const ctx = { ...court(), signer }
    putNode(ctx.state, testNode(0, { id: signer, entityId: testKey(9) }))
    evidence(ctx, twoResults(ctx))
    assert.equal(accountOf(ctx.state, stakingAddress(testKey(9))).escrow.active.balance, 70n)
    assert.equal(accountOf(ctx.state, reporter).escrow.active.balance, 0n)
  })

  it('takes one piece of evidence for a node and a round, of whichever kind', () => {
    const ctx = court()
    evidence(ctx, twoResults(ctx))
    assert.throws(() => evidence(ctx, twoProposals(ctx)), refused(9))
    evidence(ctx, twoProposals(ctx, 'b', 13n))
    evidence(ctx, twoProposals(ctx, 'c'))
    assert.equal(remembered(ctx), 3)
  })

  it('takes none that is too old, and any of rounds to come', () => {
    const ctx = court()
    // The last block is of round 11, and evidence may be three rounds old.
    assert.throws(() => evidence(ctx, ofRound(ctx, 7n)), refused(10))
    assert.throws(() => evidence(ctx, twoProposals(ctx, 'b', 7n)), refused(10))
    evidence(ctx, ofRound(ctx, 8n))
    evidence(ctx, twoProposals(ctx, 'c', 8n))
    evidence(ctx, ofRound(ctx, 99n))
  })

  it('lets the sum of round and age wrap around', () => {
    const ctx = court()
    assert.throws(() => evidence(ctx, ofRound(ctx, 0xffff_ffff_ffff_fffdn)), refused(10))
    evidence(ctx, ofRound(ctx, 0xffff_ffff_ffff_fffcn))
  })

  it('refuses what is no evidence before it costs anything', () => {
    const ctx = court({ params: { gasCosts: costs({ evidence: 7n }) } })
    const one = commitmentBy(ctx, 'b')
    const { id } = twoResults(ctx)
    const same = { ...zero(Evidence), id, equivocationExecutor: { commitA: one, commitB: one } }
    assert.throws(() => evidence(ctx, same), refused(10))
    assert.throws(() => evidence(ctx, { ...zero(Evidence), id }), refused(10))
    assert.throws(() => evidence({ ...ctx, mode: 'checkTx' }, same), refused(10))
    assert.equal(ctx.gas.used, 0n)
  })

  it('refuses a runtime that does not slash for it', () => {
    const nothing = [
      punishing({}),
      punishing({ 'runtime-liveness': 1n }),
      punishing({ 'runtime-equivocation': 0n }),
    ]
    for (const staking of nothing) {
      const ctx = court({ runtime: { staking } })
      assert.throws(() => evidence(ctx, twoResults(ctx)), refused(8))
    }
  })

  it('refuses a runtime that is not at work', () => {
    const states = [
      [{ suspended: true }, 5],
      [{ committee: undefined }, 6],
      [{ commitmentPool: undefined }, 4],
    ] as const
    for (const [state, code] of states) {
      const ctx = court({ state })
      assert.throws(() => evidence(ctx, twoResults(ctx)), refused(code))
    }
  })

  it('refuses a runtime that nobody knows', () => {
    const ctx = court()
    const id = testNamespace(new Uint8Array(1))
    const context = commitmentContext(ctx.chain.context, id)
    const signed = (result: string) =>
      signCommitment(nodeSigner('b'), context, commitmentBy(ctx, 'b', { result }))
    const equivocationExecutor = { commitA: signed('right'), commitB: signed('wrong') }
    const elsewhere = { ...zero(Evidence), id, equivocationExecutor }
    assert.throws(() => evidence(ctx, elsewhere), refused(3))
  })

  it('remembers evidence against a node that is not there, although it refuses it', () => {
    const ctx = court()
    assert.throws(() => evidence(ctx, twoResults(ctx, 'o')), refused(10))
    assert.equal(remembered(ctx), 1)
    assert.throws(() => evidence(ctx, twoResults(ctx, 'o')), refused(9))
  })

  it('rewards nobody if there is nothing to take', () => {
    const ctx = court()
    putNode(ctx.state, testNode(0, { id: nodeId('o'), entityId: testKey(3) }))
    evidence(ctx, twoResults(ctx, 'o'))
    assert.deepEqual(toldKinds(ctx), [])
    assert.equal(remembered(ctx), 1)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const params = { gasCosts: costs({ evidence: 7n }) }
    const checked = court({ params, context: { mode: 'checkTx' } })
    evidence(checked, twoResults(checked))
    assert.equal(checked.gas.used, 0n)
    const simulated = court({ params, context: { mode: 'simulate' } })
    evidence(simulated, twoResults(simulated))
    assert.equal(simulated.gas.used, 7n)
    assert.equal(remembered(simulated), 0)
  })
})
