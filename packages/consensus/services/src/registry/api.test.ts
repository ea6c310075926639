import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import {
  computeRuntime,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeOf,
  nodeSigners,
  putEntity,
  registryContext,
  signNode,
} from '../testing/testRegistry.ts'
import { ask, testView } from '../testing/testView.ts'
import { setNode, setRuntime } from './state.ts'

const EPOCH = 10n
const old = nodeSigners('old')
const young = nodeSigners('young')
const stranger = keyOf(entitySigner('stranger'))

/** One node whose last epoch it is, one that has expired, one runtime, one that is suspended. */
function populated() {
  const { state } = registryContext({ epoch: EPOCH })
  for (const [signers, expiration] of [
    [young, EPOCH],
    [old, EPOCH - 1n],
  ] as const) {
    const node = nodeOf(signers, { expiration })
    setNode(state, { node, signed: signNode(signers, node) })
  }
  setRuntime(state, computeRuntime(), 'active')
  setRuntime(state, keyManagerRuntime(), 'suspended')
  putEntity(state, entitySigner('alice'), [])
  return testView(state)
}

const noSuchNode = { module: 'registry', code: 10, message: 'registry: no such node' }
const by = (id: Uint8Array) => ({ height: 0n, id })

describe('the registry, asked', () => {
  const view = populated()

  it('hides nodes from the epoch after their last one on', () => {
    const current = nodeOf(young, { expiration: EPOCH })
    assert.deepEqual(ask(view, 'Registry/GetNode', by(current.id)), current)
    assert.deepEqual(ask(view, 'Registry/GetNodes', 0n), [current])
    const expired = nodeOf(old)
    assert.throws(() => ask(view, 'Registry/GetNode', by(expired.id)), noSuchNode)
    assert.throws(() => ask(view, 'Registry/GetNode', by(stranger)), noSuchNode)
  })

  it('finds expired nodes by their consensus address', () => {
    const expired = nodeOf(old, { expiration: EPOCH - 1n })
    const address = validatorAddress(expired.consensus.id)
    const name = 'Registry/GetNodeByConsensusAddress'
    assert.deepEqual(ask(view, name, { height: 0n, address }), expired)
    // Also what is no address at all.
    for (const size of [20, 0, 19, 21]) {
      const nobody = { height: 0n, address: new Uint8Array(size) }
      assert.throws(() => ask(view, name, nobody), noSuchNode)
    }
  })

  it('refuses whom it does not know', () => {
    assert.throws(() => ask(view, 'Registry/GetNodeStatus', by(stranger)), noSuchNode)
    assert.throws(() => ask(view, 'Registry/GetEntity', by(stranger)), {
      module: 'registry',
      code: 9,
      message: 'registry: no such entity',
    })
    assert.deepEqual((ask(view, 'Registry/GetEntities', 0n) as unknown[]).length, 1)
  })

  it('tells of suspended runtimes only if that is wanted', () => {
    const [active, suspended] = [computeRuntime(), keyManagerRuntime()]
    const one = (id: Uint8Array, includeSuspended: boolean) =>
      ask(view, 'Registry/GetRuntime', { ...by(id), includeSuspended })
    const all = (includeSuspended: boolean) =>
      ask(view, 'Registry/GetRuntimes', { height: 0n, includeSuspended })
    assert.deepEqual(one(active.id, false), active)
    assert.deepEqual(one(suspended.id, true), suspended)
    assert.throws(() => one(suspended.id, false), { module: 'registry', code: 11 })
    assert.throws(() => one(stranger, true), { module: 'registry', code: 11 })
    assert.deepEqual(all(false), [active])
    assert.deepEqual(all(true), [active, suspended])
  })
})
