import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis } from '@wadi/consensus/registry'
import * as keys from '@wadi/consensus/registry/keys'
import { type StakeThreshold, ThresholdKind } from '@wadi/consensus/staking'
import { stakingAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import { ZERO } from '@wadi/primitives/quantity'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { erase, mark, type State, write } from '../kernel/state.ts'
import { addStakeClaim, removeStakeClaim } from '../staking/stakeClaims.ts'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeSigners,
  registryContext,
  signedEntity,
  signedNode,
  TEST_PARAMETERS,
} from '../testing/testRegistry.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { CLAIM_OF_ENTITY, claimOfNode, claimOfRuntime, thresholdsOfRuntime } from './stakeClaims.ts'

const alice = entitySigner('alice')
const signers = nodeSigners('one')
const nodeId = keyOf(signers.id)
const stranger = keyOf(nodeSigners('two').id)
const keyManager = keyManagerRuntime()
const runtime = computeRuntime({ keyManager: keyManager.id })
const KIND = ThresholdKind.names
const RUNTIME_THRESHOLDS = thresholdsOfRuntime(runtime)

/** A state in which everything holds. */
function sound(): State {
  const ctx = registryContext({ mode: 'initChain' })
  const registry = make(Genesis, {
    params: TEST_PARAMETERS,
    entities: [signedEntity(alice, [nodeId])],
    runtimes: [keyManager, runtime],
    nodes: [signedNode(signers)],
  })
  initChain(ctx, { document: make(GenesisDocument, { registry }), validators: [] })
  return ctx.state
}

/** Claims stake of alice's. */
function claim(state: State, name: string, thresholds: readonly StakeThreshold[]): void {
  addStakeClaim(state, stakingAddress(keyOf(alice)), name, thresholds)
}

/** How many things do not hold any more after a change. */
function broken(change: (state: State) => void): number {
  const state = sound()
  change(state)
  return [...violations(state)].length
}

describe('invariants of the registry', () => {
  it('hold of what is registered', () => {
    assert.deepEqual([...violations(sound())], [])
  })

  const address = stakingAddress(keyOf(alice))
  const comet = validatorAddress(keyOf(signers.consensus))
  const damages: readonly (readonly [string, (state: State) => void])[] = [
    ['a node without a status', (state) => erase(state, keys.nodeStatuses, nodeId)],
    [
      'a node that its entity does not lead to',
      (state) => erase(state, keys.nodesByEntity, keyOf(alice), nodeId),
    ],
    [
      'a node that its address does not lead to',
      (state) => erase(state, keys.nodesByCometAddress, comet),
    ],
    [
      'an entity that leads to no node',
      (state) => mark(state, keys.nodesByEntity, keyOf(alice), stranger),
    ],
    [
      'an address that leads to no node',
      (state) => write(state, keys.nodesByCometAddress, [new Uint8Array(20)], stranger),
    ],
    [
      'a key that leads to a node without it',
      (state) => write(state, keys.nodesBySubKey, [stranger], nodeId),
    ],
    [
      'a runtime that its owner does not lead to',
      (state) => erase(state, keys.runtimesByEntity, keyOf(alice), runtime.id),
    ],
    [
      'a runtime that runs and is suspended',
      (state) => {
        erase(state, keys.runtimes, keyManager.id)
        write(state, keys.suspendedRuntimes, [keyManager.id], keyManager)
        write(state, keys.runtimes, [keyManager.id], keyManager)
      },
    ],
    [
      'a runtime with two deployments of a version',
      (state) => {
        const deployments = [deployment(), deployment()]
        write(state, keys.runtimes, [runtime.id], { ...runtime, deployments })
      },
    ],
    [
      'a key manager that is none',
      (state) => write(state, keys.runtimes, [runtime.id], { ...runtime, keyManager: runtime.id }),
    ],
    ['an entity without its claim', (state) => removeStakeClaim(state, address, CLAIM_OF_ENTITY)],
    ['a node without its claim', (state) => removeStakeClaim(state, address, claimOfNode(nodeId))],
    [
      'a runtime without its claim',
      (state) => removeStakeClaim(state, address, claimOfRuntime(runtime.id)),
    ],
    ['a claim for a node that is not there', (state) => claim(state, claimOfNode(stranger), [])],
    [
      'a claim for a runtime that is not there',
      (state) => claim(state, claimOfRuntime(testNamespace(toUtf8('nobody'))), RUNTIME_THRESHOLDS),
    ],
    ['a claim to less than an entity needs', (state) => claim(state, CLAIM_OF_ENTITY, [])],
    ['a claim to less than a node needs', (state) => claim(state, claimOfNode(nodeId), [])],
    [
      'a claim to more than a runtime needs',
      (state) => {
        const thresholds = [...RUNTIME_THRESHOLDS, ...RUNTIME_THRESHOLDS]
        claim(state, claimOfRuntime(runtime.id), thresholds)
      },
    ],
  ]
  for (const [name, damage] of damages) it(`find ${name}`, () => assert.ok(broken(damage) > 0))

  it('leave to a node what its runtimes have asked for beside, which they may change', () => {
    const more = { global: undefined, const: ZERO }
    const thresholds = [{ global: KIND['node-validator'], const: undefined }, more]
    assert.equal(
      broken((state) => claim(state, claimOfNode(nodeId), thresholds)),
      0,
    )
  })

  it('find a node without an entity', () => {
    assert.ok(broken((state) => erase(state, keys.entities, keyOf(alice))) > 0)
  })
})
