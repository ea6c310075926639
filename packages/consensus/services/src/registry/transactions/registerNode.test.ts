import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { NodeStatus } from '@wadi/consensus/registry'
import { AdmissionPolicy, type Runtime } from '@wadi/consensus/registry/runtime'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { stakingAddress } from '@wadi/primitives/address'
import { multiSignValue } from '@wadi/primitives/envelope'
import { CapabilityTee, type MultiSignedNode, Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { write } from '../../kernel/state.ts'
import { accountOf } from '../../staking/queries.ts'
import { setAccount } from '../../staking/state.ts'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeOf,
  nodeSigners,
  putEntity,
  putRuntime,
  type RegistryOptions,
  registryContext,
  setEpoch,
  setEscrow,
  signedNode,
  signNode,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { suspendRuntime } from '../actions.ts'
import { nodeBySubKey, nodeStatusOf, nodeOf as registeredNodeOf, runtimeOf } from '../queries.ts'
import { writeNodeStatus } from '../state.ts'
import { registerNode } from './registerNode.ts'

const alice = entitySigner('alice')
const signers = nodeSigners('one')
const nodeId = keyOf(signers.id)
const invalid = { module: 'registry', code: 1 }
const badSignature = { module: 'registry', code: 2 }
const CONTEXT = contextOf(contexts.registerNode)
const runtime = computeRuntime()
const runs = (fields: Partial<NodeRuntime> = {}) =>
  make(NodeRuntime, { id: runtime.id, version: deployment().version, ...fields })
const compute = { roles: ROLES.compute, runtimes: [runs()] }

/** A chain in epoch 10 in which alice vouches for two nodes; one of them signs. */
function context(options: RegistryOptions = {}): Context {
  const ctx = registryContext({ signer: signers.id, ...options })
  putEntity(ctx.state, alice, [signers.id, nodeSigners('two').id])
  putRuntime(ctx.state, runtime)
  putRuntime(ctx.state, keyManagerRuntime())
  return ctx
}

function register(ctx: Context, fields: Partial<Node> = {}): void {
  registerNode(ctx, signedNode(signers, fields))
}
function refuses(fields: Partial<Node>, error: object, options: RegistryOptions = {}): void {
  assert.throws(() => register(context(options), fields), error)
}
/** The descriptor, signed by these instead. */
function signedBy(all: readonly Signer[], fields: Partial<Node> = {}): MultiSignedNode {
  return multiSignValue(all, CONTEXT, Node, nodeOf(signers, fields))
}
const everybody = Object.values(signers)

describe('registry.RegisterNode', () => {
  it('writes the descriptor and a status, claims stake and tells it', () => {
    const ctx = context()
    register(ctx)
    assert.deepEqual(registeredNodeOf(ctx.state, nodeId), nodeOf(signers))
    const status = make(NodeStatus, { electionEligibleAfter: 2n ** 64n - 1n })
    assert.deepEqual(nodeStatusOf(ctx.state, nodeId), status)
    const { claims } = accountOf(ctx.state, stakingAddress(keyOf(alice))).escrow.stakeAccumulator
    assert.equal(claims.size, 1)
    assert.deepEqual(toldEvents(ctx), ['node'])
  })

  it('of an entity that is not there is registry/9, before any signature is looked at', () => {
    const signed = signedNode(signers, { entityId: keyOf(signers.p2p) })
    const unsigned = { ...signed, signatures: [] }
    assert.throws(() => registerNode(context(), unsigned), { module: 'registry', code: 9 })
  })

  it('that cannot be read is registry/1, and badly signed it is registry/2', () => {
    const signed = signedNode(signers)
    const odd = { ...signed, untrustedRawValue: Uint8Array.of(1) }
    assert.throws(() => registerNode(context(), odd), invalid)
    const other = signedNode(signers, { expiration: 14n })
    const swapped = { ...signed, signatures: other.signatures }
    assert.throws(() => registerNode(context(), swapped), badSignature)
    assert.throws(() => registerNode(context(), { ...signed, signatures: [] }), badSignature)
  })

  it('has roles that exist, and a name for its program of at most 128 bytes', () => {
    for (const roles of [0, 16, 64, ROLES.validator + 2 ** 31]) refuses({ roles }, invalid)
    refuses({ softwareVersion: 'x'.repeat(129) }, invalid)
    refuses({ softwareVersion: 'é'.repeat(65) }, invalid)
    register(context(), { softwareVersion: 'é'.repeat(64) })
  })

  it('is one that the entity vouches for', () => {
    const three = nodeSigners('three')
    const ctx = context({ signer: three.id })
    assert.throws(() => registerNode(ctx, signedNode(three)), invalid)
  })

  it('is signed by all of its five keys and by nobody else', () => {
    for (const missing of everybody)
      assert.throws(
        () => registerNode(context(), signedBy(everybody.filter((signer) => signer !== missing))),
        invalid,
      )
    assert.throws(() => registerNode(context(), signedBy([...everybody, alice])), invalid)
    registerNode(context(), signedBy([...everybody, signers.p2p]))
  })

  it('is sent by the node itself, except in the first state', () => {
    refuses({}, { module: 'registry', code: 12 }, { signer: alice })
    register(context({ mode: 'initChain', signer: alice }))
  })
})

describe("a node's expiration", () => {
  it('is at most so many epochs away, if there is a limit', () => {
    refuses({ expiration: 16n }, invalid)
    register(context({ params: { maxNodeExpiration: 0n } }), { expiration: 16n })
    const last = 2n ** 64n - 1n
    // COMPAT(oasis-core): the sum wraps around.
    refuses({ expiration: last }, invalid, { epoch: last })
  })

  it('is in a later epoch, except in the first state', () => {
    refuses({ expiration: 10n }, { module: 'registry', code: 13 })
    register(context(), { expiration: 11n })
    register(context({ mode: 'initChain' }), { expiration: 9n })
  })
})

describe("a node's runtimes", () => {
  it('are needed for roles that are about them, from 26.1 on for observers, too', () => {
    const before = { features: 'before-26.1' } as const
    for (const roles of [ROLES.compute, ROLES['key-manager'], ROLES['storage-rpc']])
      for (const options of [{}, before]) refuses({ roles }, invalid, options)
    refuses({ roles: ROLES.observer }, invalid)
    register(context(before), { roles: ROLES.observer })
    register(context(), { runtimes: undefined })
  })

  it('are each there and named once in a version', () => {
    refuses({ ...compute, runtimes: [undefined] }, invalid)
    refuses({ ...compute, runtimes: [runs(), runs()] }, invalid)
    const version = { major: 2, minor: 0, patch: 0 }
    register(context(), { ...compute, runtimes: [runs(), runs({ version })] })
    const id = keyManagerRuntime().id.map((byte, i) => (i === 31 ? byte ^ 1 : byte))
    const unknown = runs({ id: id as NodeRuntime['id'] })
    refuses({ ...compute, runtimes: [unknown] }, { module: 'registry', code: 11 })
  })

  it('fit its roles', () => {
    const manager = runs({ id: keyManagerRuntime().id })
    refuses({ ...compute, runtimes: [manager] }, invalid)
    register(context(), { roles: ROLES['key-manager'], runtimes: [manager] })
    refuses({ roles: ROLES['key-manager'], runtimes: [runs()] }, invalid)
    register(context(), { ...compute, roles: ROLES.observer })
  })

  it('run on the hardware that they ask for, except in the first state', () => {
    const tee = (hardware: number) =>
      runs({ capabilities: { tee: make(CapabilityTee, { hardware }) } })
    const sgx = { ...compute, runtimes: [tee(1)] }
    refuses(sgx, { module: 'registry', code: 8 })
    register(context({ mode: 'initChain' }), sgx)
    const odd = { ...compute, runtimes: [tee(0)] }
    refuses(odd, { module: 'unknown', code: 1 })
  })

  it('are shown to whoever verifies evidence, with the constraints of their version', () => {
    const seen: (Uint8Array | undefined)[] = []
    const ctx = context({ verifyAttestation: ({ constraints }) => seen.push(constraints) })
    const info = deployment({ tee: Uint8Array.of(1, 2, 3) })
    putRuntime(ctx.state, { ...runtime, teeHardware: 1, deployments: [info] })
    const tee = { capabilities: { tee: make(CapabilityTee, { hardware: 1 }) } }
    register(ctx, { ...compute, runtimes: [runs(tee)] })
    assert.deepEqual(seen, [info.tee])
    const version = { major: 9, minor: 0, patch: 0 }
    const unknown = { ...compute, runtimes: [runs({ ...tee, version })] }
    assert.throws(() => register(ctx, unknown), invalid)
  })

  it('that carry TEE attestation are refused until quotes are verified, as the reference refuses a bad quote', () => {
    const ctx = context()
    const info = deployment({ tee: Uint8Array.of(1, 2, 3) })
    putRuntime(ctx.state, { ...runtime, teeHardware: 1, deployments: [info] })
    const tee = { capabilities: { tee: make(CapabilityTee, { hardware: 1 }) } }
    assert.throws(() => register(ctx, { ...compute, runtimes: [runs(tee)] }), {
      module: 'unknown',
      code: 1,
      reason: 'attestation.quoteVerificationUnsupported',
    })
  })

  it('decide whom they admit', () => {
    const ctx = context()
    const admissionPolicy = make(AdmissionPolicy, { entityWhitelist: { entities: undefined } })
    putRuntime(ctx.state, { ...runtime, admissionPolicy })
    assert.throws(() => register(ctx, compute), { module: 'registry', code: 16 })
  })
})

describe("a node's addresses", () => {
  const bad = { ip: Uint8Array.of(10, 0, 0, 1), port: 1n, zone: '' }
  const { consensus, p2p } = nodeOf(signers)

  it('of consensus are needed by validators', () => {
    const none = { ...consensus, addresses: [] }
    refuses({ consensus: none }, invalid)
    register(context(), { ...compute, consensus: none })
  })

  it('of consensus have identifiers that may sign', () => {
    const id = RESERVED_PUBLIC_KEYS[0]!
    const { address } = consensus.addresses![0]!
    refuses({ consensus: { ...consensus, addresses: [{ id, address }] } }, invalid)
  })

  it('of P2P are needed by all but observers, and by no validator of the first state', () => {
    const none = { ...p2p, addresses: undefined }
    refuses({ p2p: none }, invalid)
    refuses({ ...compute, p2p: none }, invalid)
    register(context(), { ...compute, roles: ROLES.observer, p2p: none })
    register(context({ mode: 'initChain' }), { p2p: none })
    refuses({ ...compute, p2p: none }, invalid, { mode: 'initChain' })
  })

  it('lead somewhere, unless the network allows others', () => {
    const own = { ...p2p, addresses: [bad] }
    const peers = { ...consensus, addresses: [{ id: consensus.id, address: bad }] }
    for (const fields of [{ p2p: own }, { consensus: peers }]) {
      refuses(fields, invalid)
      register(context({ params: { debugAllowUnroutableAddresses: true } }), fields)
    }
  })
})

describe("a node's keys", () => {
  it('differ, and belong to no other node', () => {
    const same = { ...signers, vrf: signers.p2p }
    assert.throws(() => registerNode(context(), signedNode(same)), invalid)
    const two = nodeSigners('two')
    const stolen = { ...two, tls: signers.vrf }
    const ctx = context()
    register(ctx)
    const next = { ...ctx, signer: keyOf(two.id) }
    assert.throws(() => registerNode(next, signedNode(stolen)), invalid)
    registerNode(next, signedNode(two))
  })

  it('may change, but for the consensus key, and the old ones lead nowhere', () => {
    const ctx = context()
    register(ctx)
    const tls = nodeSigners('three').tls
    registerNode(ctx, signedNode({ ...signers, tls }))
    assert.ok(equalBytes(nodeBySubKey(ctx.state, keyOf(tls))!.id, nodeId))
    assert.equal(nodeBySubKey(ctx.state, keyOf(signers.tls)), undefined)
    const changed = signedNode({ ...signers, consensus: nodeSigners('three').consensus })
    assert.throws(() => registerNode(ctx, changed), { module: 'registry', code: 17 })
  })

  it('COMPAT: one may be the identifier, if a stranger fills the place', () => {
    const twice = { ...signers, vrf: signers.id }
    const node = nodeOf(twice)
    const four = [signers.id, signers.consensus, signers.p2p, signers.tls]
    assert.throws(() => registerNode(context(), signNode(twice, node)), invalid)
    registerNode(context(), multiSignValue([...four, alice], CONTEXT, Node, node))
  })
})

describe("a node's stake and gas", () => {
  const gasCosts = keyedMap<string, bigint>(text, [['runtime_epoch_maintenance', 10n]])

  it('is claimed for it, and without enough of it nothing is written', () => {
    const ctx = context()
    setEscrow(ctx.state, stakingAddress(keyOf(alice)), 9n)
    assert.throws(() => register(ctx), { module: 'staking', code: 4 })
    assert.equal(registeredNodeOf(ctx.state, nodeId), undefined)
    const free = context({ stakingParams: { debugBypassStake: true } })
    setEscrow(free.state, stakingAddress(keyOf(alice)), 0n)
    register(free)
  })

  it('is given back when the update is refused', () => {
    const ctx = context()
    register(ctx, { roles: ROLES.validator })
    const account = accountOf(ctx.state, stakingAddress(keyOf(alice)))
    assert.throws(() => register(ctx, compute), { module: 'registry', code: 17 })
    assert.deepEqual(accountOf(ctx.state, stakingAddress(keyOf(alice))), account)
  })

  it('is used for each runtime and each epoch that is not paid yet', () => {
    const version = { major: 2, minor: 0, patch: 0 }
    const runtimes = [runs(), runs({ version }), runs({ id: keyManagerRuntime().id })]
    const fields = { roles: ROLES.compute | ROLES['key-manager'], runtimes }
    const ctx = context({ params: { gasCosts } })
    const costs = (expiration: bigint) => {
      const before = ctx.gas.used
      register(ctx, { ...fields, expiration })
      return ctx.gas.used - before
    }
    assert.equal(costs(13n), 60n)
    assert.equal(costs(15n), 40n)
    assert.equal(costs(12n), 0n)
    setEpoch(ctx.state, 13n)
    assert.equal(costs(15n), 40n)
  })

  it('is used, and all is written, when it is only simulated; a check does nothing', () => {
    const simulated = context({ mode: 'simulate', params: { gasCosts } })
    register(simulated, compute)
    assert.equal(simulated.gas.used, 50n)
    assert.notEqual(registeredNodeOf(simulated.state, nodeId), undefined)
    registerNode(context({ mode: 'checkTx' }), { untrustedRawValue: undefined, signatures: [] })
  })

  it('runs out before stake is claimed', () => {
    const ctx = context({
      params: { gasCosts: keyedMap(text, [['runtime_epoch_maintenance', 10n ** 9n]]) },
    })
    assert.throws(() => register(ctx, compute), { module: 'unknown', code: 1 })
    const { claims } = accountOf(ctx.state, stakingAddress(keyOf(alice))).escrow.stakeAccumulator
    assert.equal(claims.size, 0)
  })
})

describe("a node's status", () => {
  const old = make(NodeStatus, {
    expirationProcessed: true,
    freezeEndTime: 12n,
    electionEligibleAfter: 3n,
  })

  it('begins anew with a new node, whatever was there', () => {
    const ctx = context()
    writeNodeStatus(ctx.state, nodeId, old)
    register(ctx)
    assert.equal(nodeStatusOf(ctx.state, nodeId)?.freezeEndTime, 0n)
  })

  it('of an expired node that comes back keeps what is held against it', () => {
    const ctx = context()
    register(ctx)
    writeNodeStatus(ctx.state, nodeId, old)
    setEpoch(ctx.state, 16n)
    register(ctx, { expiration: 20n })
    assert.deepEqual(nodeStatusOf(ctx.state, nodeId), {
      ...old,
      expirationProcessed: false,
      electionEligibleAfter: 2n ** 64n - 1n,
    })
  })

  /** The status of a node that is registered again with another VRF key. */
  function withOtherVrfKey(options: RegistryOptions, backend: 'vrf' | 'insecure' = 'vrf') {
    const ctx = context(options)
    write(ctx.state, beaconKeys.parameters, [], make(BeaconParameters, { backend }))
    register(ctx)
    writeNodeStatus(ctx.state, nodeId, old)
    registerNode(ctx, signedNode({ ...signers, vrf: nodeSigners('three').vrf }))
    return nodeStatusOf(ctx.state, nodeId)
  }

  it('stays as it is at a renewal', () => {
    const ctx = context()
    register(ctx)
    writeNodeStatus(ctx.state, nodeId, old)
    register(ctx)
    assert.deepEqual(nodeStatusOf(ctx.state, nodeId), old)
  })

  it('makes a node wait again that has another VRF key, from 26.1 on, where VRFs count', () => {
    const waiting = { ...old, electionEligibleAfter: 2n ** 64n - 1n }
    assert.deepEqual(withOtherVrfKey({}), waiting)
    assert.deepEqual(withOtherVrfKey({ features: 'before-26.1' }), old)
    assert.deepEqual(withOtherVrfKey({}, 'insecure'), old)
  })
})

describe('a suspended runtime', () => {
  /** Is the runtime resumed by a node that registers for it? And what is told? */
  function resumed(fields: Partial<Runtime>, ownerStake: bigint, options: RegistryOptions = {}) {
    const ctx = context(options)
    const owner = entitySigner('bob')
    putRuntime(ctx.state, { ...runtime, entityId: keyOf(owner), ...fields })
    const address = stakingAddress(keyOf(owner))
    setEscrow(ctx.state, address, ownerStake)
    suspendRuntime({ ...ctx, events: [] }, runtime.id)
    register(ctx, compute)
    return { isActive: runtimeOf(ctx.state, runtime.id) !== undefined, told: toldEvents(ctx) }
  }

  it('is resumed by a node that registers for it, before the node is told', () => {
    assert.deepEqual(resumed({}, 0n), { isActive: true, told: ['runtime_started', 'node'] })
  })

  it('stays suspended while its owner has not the stake that was claimed', () => {
    const ctx = context()
    putRuntime(ctx.state, { ...runtime, entityId: keyOf(alice) })
    suspendRuntime({ ...ctx, events: [] }, runtime.id)
    register(ctx, compute)
    assert.notEqual(runtimeOf(ctx.state, runtime.id), undefined)
    suspendRuntime({ ...ctx, events: [] }, runtime.id)
    const bob = nodeSigners('two')
    putEntity(ctx.state, entitySigner('bob'), [bob.id])
    setEscrow(ctx.state, stakingAddress(keyOf(entitySigner('bob'))), 1_000n)
    const address = stakingAddress(keyOf(alice))
    const account = accountOf(ctx.state, address)
    setEscrow(ctx.state, address, 0n)
    const poor = accountOf(ctx.state, address)
    const { stakeAccumulator } = account.escrow
    setAccount(ctx.state, address, { ...poor, escrow: { ...poor.escrow, stakeAccumulator } })
    const next = { ...ctx, signer: keyOf(bob.id), events: [] }
    registerNode(next, signedNode(bob, { ...compute, entityId: keyOf(entitySigner('bob')) }))
    assert.equal(runtimeOf(ctx.state, runtime.id), undefined)
    assert.deepEqual(toldEvents(next), ['node'])
  })

  it('is resumed without any stake if consensus governs it, or if stake is bypassed', () => {
    assert.equal(resumed({ governanceModel: 3 }, 0n).isActive, true)
    const options = { stakingParams: { debugBypassStake: true } }
    assert.equal(resumed({}, 0n, options).isActive, true)
  })
})
