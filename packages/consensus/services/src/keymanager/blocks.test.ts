import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { Status } from '@wadi/consensus/keymanager'
import { RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { Account, EscrowAccount, type StakeThreshold, ThresholdKind } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { stakingAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import { quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { suspendRuntime } from '../registry/actions.ts'
import { runtimeOf, suspendedRuntimeOf } from '../registry/queries.ts'
import { testTree } from '../testing/testContext.ts'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  putRuntime,
  setEscrow,
  toldEvents,
} from '../testing/testRegistry.ts'
import { beginBlock } from './blocks.ts'
import { statusesOf, statusOf } from './queries.ts'
import { service } from './service.ts'
import { setMasterSecret } from './state.ts'
import {
  type KeyManagerOptions,
  keyManagerContext,
  kmNode,
  masterSecret,
  RUNTIME,
} from './testing/testEnclaves.ts'

const alice = stakingAddress(keyOf(entitySigner('alice')))

/** A block that begins epoch 10: the committed state is in no epoch. */
function context(options: KeyManagerOptions = {}): Context {
  return keyManagerContext({ mode: 'beginBlock', ...options })
}

/** Has alice claim more than she has. */
function overstretch({ state }: Context): void {
  setEscrow(state, alice, 0n)
  const thresholds: readonly StakeThreshold[] = [
    { global: ThresholdKind.names.entity, const: undefined },
  ]
  const claims = keyedMap<string, readonly StakeThreshold[]>(text, [['claim', thresholds]])
  const escrow = make(EscrowAccount, { stakeAccumulator: { claims } })
  write(state, stakingKeys.accounts, [alice], make(Account, { escrow }))
}

describe('a key manager whose owner has too little stake', () => {
  it('is suspended when an epoch begins, and has no status', () => {
    const ctx = context()
    overstretch(ctx)
    beginBlock(ctx)
    assert.equal(runtimeOf(ctx.state, RUNTIME.id), undefined)
    assert.notEqual(suspendedRuntimeOf(ctx.state, RUNTIME.id), undefined)
    assert.deepEqual(toldEvents(ctx), ['runtime_suspended'])
    assert.deepEqual(statusesOf(ctx.state), [])
  })

  it('keeps the status that it had', () => {
    const ctx = context({ status: { isInitialized: true, nodes: [kmNode(1).id] } })
    overstretch(ctx)
    beginBlock(ctx)
    assert.deepEqual(statusOf(ctx.state, RUNTIME.id)?.nodes, [kmNode(1).id])
  })

  it('runs on if stake does not count, or nobody owns it', () => {
    const bypassed = context({ stakingParams: { debugBypassStake: true } })
    const { consensus: governanceModel } = RuntimeGovernanceModel.names
    for (const ctx of [bypassed, context({ runtime: { ...RUNTIME, governanceModel } })]) {
      overstretch(ctx)
      beginBlock(ctx)
      assert.notEqual(runtimeOf(ctx.state, RUNTIME.id), undefined)
    }
  })

  it('is suspended for a claim that cannot be measured, too', () => {
    const ctx = context()
    const broken: StakeThreshold = { global: undefined, const: undefined }
    const claims = keyedMap<string, readonly StakeThreshold[]>(text, [['claim', [broken]]])
    const active = { balance: quantity(1_000_000n), totalShares: quantity(1n) }
    const escrow = make(EscrowAccount, { active, stakeAccumulator: { claims } })
    write(ctx.state, stakingKeys.accounts, [alice], make(Account, { escrow }))
    beginBlock(ctx)
    assert.equal(runtimeOf(ctx.state, RUNTIME.id), undefined)
  })

  it('does not concern compute runtimes', () => {
    const ctx = context()
    const compute = computeRuntime()
    putRuntime(ctx.state, compute)
    overstretch(ctx)
    beginBlock(ctx)
    assert.notEqual(runtimeOf(ctx.state, compute.id), undefined)
  })
})

describe('the status of a key manager', () => {
  it('begins with the first epoch, even if nobody runs the key manager', () => {
    const ctx = context()
    beginBlock(ctx)
    assert.deepEqual(statusOf(ctx.state, RUNTIME.id), make(Status, { id: RUNTIME.id }))
    assert.deepEqual(toldEvents(ctx), ['status'])
  })

  it('is told only if it has changed', () => {
    const status = { isInitialized: true, nodes: [kmNode(1).id] }
    const ctx = context({ nodes: [kmNode(1)], status })
    beginBlock(ctx)
    assert.deepEqual(toldEvents(ctx), [])
    const checksum = new Uint8Array(0)
    const gone = context({ status: { ...status, checksum } })
    beginBlock(gone)
    assert.deepEqual(toldEvents(gone), ['status'])
    const after = make(Status, { id: RUNTIME.id, isInitialized: true, checksum })
    assert.deepEqual(encode(Status, statusOf(gone.state, RUNTIME.id)!), encode(Status, after))
  })

  it('takes the proposal that was published for the epoch', () => {
    const secret = { ...masterSecret().secret.secret, checksum: new Uint8Array(0) }
    const ctx = context({ nodes: [kmNode(1)] })
    setMasterSecret(ctx.state, masterSecret({ epoch: 10n, secret }))
    beginBlock(ctx)
    assert.equal(statusOf(ctx.state, RUNTIME.id)?.rotationEpoch, 10n)
  })

  it('is told together with those of all others that run', () => {
    const ctx = context()
    const others = [1, 2].map((n) => testNamespace(Uint8Array.of(n), { isKeyManager: true }))
    for (const id of others) putRuntime(ctx.state, { ...RUNTIME, id })
    suspendRuntime({ ...ctx, events: [] }, others[0]!)
    putRuntime(ctx.state, computeRuntime())
    beginBlock(ctx)
    assert.equal(statusesOf(ctx.state).length, 2)
    assert.equal(statusOf(ctx.state, others[0]!), undefined)
    assert.deepEqual(toldEvents(ctx), ['status'])
  })

  it('stays as it is within an epoch', () => {
    const committed = testTree()
    write(committed, beaconKeys.currentEpoch, [], { epoch: 10n, height: 1n })
    const ctx = context({ committed })
    overstretch(ctx)
    service.beginBlock?.(ctx)
    assert.deepEqual(toldEvents(ctx), [])
    assert.deepEqual(statusesOf(ctx.state), [])
  })
})

describe('the key manager', () => {
  it('has the methods of both parts, which come before most others', () => {
    const names = Object.keys(service.methods)
    assert.equal(names.length, 7)
    for (const name of names) assert.equal(service.priority(name), 50_000n)
  })
})
