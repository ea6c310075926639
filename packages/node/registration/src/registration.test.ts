import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { BugError, UnavailableError } from '@wadi/base/errors'
import { decode, encode, make } from '@wadi/cbor/codec'
import { ZERO_TIME } from '@wadi/cbor/time'
import { BACKENDS, Parameters as BeaconParameters, VrfParameters } from '@wadi/consensus/beacon'
import { RegistrationStatus } from '@wadi/consensus/control'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { openMultiSigned } from '@wadi/primitives/envelope'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { REGISTRATION_WAIT_MS_MAX, SYNC_AGAIN_MS } from './limits.ts'
import { TestNode, testSigners, vouchingOwner } from './testing/testNode.ts'

async function registeredNode(): Promise<TestNode> {
  const node = new TestNode()
  await node.start()
  await node.sync()
  assert.equal(node.submitted.length, 1)
  return node
}

describe('a node that registers itself', () => {
  it('says what it is, signed by all of its keys in the order of the reference', async () => {
    const { submitted, epoch } = await registeredNode()
    const [signed] = submitted
    const rules = { provider: kernelEd25519, forbidden: forbidKeys() }
    const { value, signers } = openMultiSigned(
      rules,
      contextOf(contexts.registerNode),
      Node,
      signed!,
    )
    assert.equal(value.expiration, epoch + 2n)
    assert.equal(value.roles, ROLES.validator)
    assert.equal(value.softwareVersion, '26.1')
    assert.deepEqual([value.consensus.addresses?.length, value.p2p.addresses?.length], [1, 1])
    const { node, p2p, consensus, vrf, tls } = testSigners
    const order = [node, p2p, consensus, vrf, tls].map(({ publicKey }) => toHex(publicKey))
    assert.deepEqual(signers.map(toHex), order)
    const { id, p2p: own, consensus: votes, vrf: proves, tls: shows } = value
    assert.deepEqual([id, own.id, votes.id, proves.id, shows.pubKey].map(toHex), order)
  })

  it('waits until it has caught up', async () => {
    const node = new TestNode()
    await node.start()
    await node.pass(3)
    assert.equal(node.submitted.length, 0)
    await node.sync()
    assert.equal(node.submitted.length, 1)
  })

  it('asks again whether it has caught up when nobody could say', async () => {
    const node = new TestNode()
    const { 'NodeController/WaitSync': wait } = node.answers
    node.answers['NodeController/WaitSync'] = () => {
      throw new UnavailableError('test', 'too many wait')
    }
    await node.start()
    node.answers['NodeController/WaitSync'] = wait!
    node.isSynced = true
    await node.time.advance(SYNC_AGAIN_MS)
    assert.equal(node.submitted.length, 1)
  })

  it('renews in every epoch', async () => {
    const node = await registeredNode()
    for (let i = 0; i < 3; i++) {
      await node.beginEpoch()
      await node.pass(2)
    }
    assert.deepEqual(
      node.descriptors.map(({ expiration }) => expiration),
      [9n, 10n, 11n, 12n],
    )
  })

  it('waits for a random part of the first 5 % of an epoch where epochs are long', async () => {
    const node = new TestNode()
    const vrfParameters = make(VrfParameters, { interval: 1_050n })
    node.beacon = make(BeaconParameters, { backend: BACKENDS.vrf, vrfParameters })
    await node.start()
    await node.sync()
    const delays: bigint[] = []
    for (let i = 1; i <= 5; i++) {
      const { epochHeight } = node
      while (node.submitted.length < i) await node.pass()
      delays.push(node.height - epochHeight)
      await node.pass(50 - Number(node.height - epochHeight))
      await node.beginEpoch()
    }
    assert.equal(node.submitted.length, 5)
    assert.ok(delays.every((delay) => delay >= 0n && delay < 50n))
    assert.ok(new Set(delays).size > 2, `${delays}`)
  })

  it('does not wait where epochs come otherwise, or are too short to be cut', async () => {
    for (const [backend, interval] of [
      [BACKENDS.insecure, 1_050n],
      [BACKENDS.vrf, 99n],
    ] as const) {
      const node = new TestNode()
      const vrfParameters = make(VrfParameters, { interval })
      node.beacon = make(BeaconParameters, { backend, vrfParameters })
      await node.start()
      await node.sync()
      assert.equal(node.submitted.length, 1)
    }
  })

  it('waits for an owner that does not exist, or does not vouch for it', async () => {
    const node = new TestNode()
    node.owner = undefined
    await node.start()
    await node.sync()
    node.owner = { ...vouchingOwner, nodes: [] }
    await node.pass()
    assert.equal(node.submitted.length, 0)
    node.owner = vouchingOwner
    await node.pass()
    assert.equal(node.submitted.length, 1)
    const why = node.log.records.filter(({ level }) => level === 'warn').map((r) => r.fields['why'])
    assert.deepEqual(why, ['owner-unknown', 'owner-does-not-vouch'])
    assert.equal(node.registration.status().lastAttempt > 0n, true)
  })

  it('never registers when nobody owns it', async () => {
    const node = new TestNode({ owner: undefined })
    await node.start()
    await node.sync()
    await node.beginEpoch()
    assert.equal(node.submitted.length, 0)
  })

  it('tries the first time until it works, and tells why it does not', async () => {
    const node = new TestNode()
    const { 'Consensus/SubmitTx': take } = node.answers
    node.answers['Consensus/SubmitTx'] = () => {
      throw registryErrors.forbidden()
    }
    await node.start()
    await node.sync()
    const failed = node.registration.status()
    assert.equal(failed.lastAttemptSuccessful, false)
    assert.match(failed.lastAttemptErrorMessage, /forbidden by policy/)
    assert.equal(failed.lastRegistration, ZERO_TIME)
    await node.time.advance(REGISTRATION_WAIT_MS_MAX)
    node.answers['Consensus/SubmitTx'] = take!
    await node.time.advance(REGISTRATION_WAIT_MS_MAX)
    assert.equal(node.submitted.length, 1)
    const status = node.registration.status()
    assert.deepEqual([status.lastAttemptSuccessful, status.lastAttemptErrorMessage], [true, ''])
    assert.deepEqual(decode(RegistrationStatus, encode(RegistrationStatus, status)), status)
    assert.equal(node.time.pending, 0)
  })

  it('shows a descriptor until it has expired, and what the network holds against it', async () => {
    const node = await registeredNode()
    const { descriptor, nodeStatus, lastRegistration } = node.registration.status()
    assert.deepEqual(descriptor, node.descriptors[0])
    assert.equal(nodeStatus?.electionEligibleAfter, 7n)
    assert.equal(lastRegistration, BigInt(Date.UTC(2026, 0, 1) / 1000))
    assert.equal(node.metric('oasis_worker_node_registered'), 1)
    assert.equal(node.metric('oasis_worker_node_registration_eligible'), 0)
    node.answers['Registry/GetNodeStatus'] = () => {
      return { ...nodeStatus!, freezeEndTime: 9n, electionEligibleAfter: 3n }
    }
    node.answers['Consensus/SubmitTx'] = () => {
      throw registryErrors.forbidden()
    }
    await node.beginEpoch()
    assert.equal(node.metric('oasis_worker_node_registered'), 0)
    assert.equal(node.metric('oasis_worker_node_registration_eligible'), 1)
    assert.equal(node.metric('oasis_worker_node_status_frozen'), 1)
    assert.deepEqual(node.registration.status().descriptor, descriptor)
    for (let i = 0; i < 2; i++) await node.beginEpoch()
    assert.equal(node.registration.status().descriptor, undefined)
  })

  it('registers with all of its parts, and tells each once', async () => {
    const node = new TestNode({ isValidator: false })
    const told: string[] = []
    const storage = node.registration.addRole(0)
    const compute = node.registration.addRole(ROLES.compute)
    await node.start()
    await node.sync()
    const runtimes = [make(NodeRuntime, {})]
    storage.ready(
      (descriptor) => descriptor,
      () => told.push('storage'),
    )
    await node.time.settle()
    assert.equal(node.submitted.length, 0)
    compute.ready(
      (descriptor) => ({ ...descriptor, runtimes }),
      () => told.push('compute'),
    )
    await node.time.settle()
    compute.notReady()
    await node.beginEpoch()
    assert.equal(node.submitted.length, 1)
    compute.ready((descriptor) => ({ ...descriptor, runtimes }))
    await node.time.settle()
    assert.deepEqual(told, ['storage', 'compute'])
    const [first, second] = node.descriptors
    assert.deepEqual([first?.roles, first?.runtimes?.length], [ROLES.compute, 1])
    assert.equal(first?.consensus.addresses, undefined)
    assert.deepEqual([first?.expiration, second?.expiration], [9n, 10n])
  })

  it('does not say that it serves a runtime without one', async () => {
    const node = new TestNode({ isValidator: false })
    node.registration.addRole(ROLES.observer).ready((descriptor) => descriptor)
    await node.start()
    await node.sync()
    assert.equal(node.submitted.length, 0)
    assert.match(node.registration.status().lastAttemptErrorMessage, /no runtimes/)
  })

  it('is stopped in the middle of anything, and does nothing more', async () => {
    const node = new TestNode()
    let wasAborted = false
    node.answers['Consensus/SubmitTx'] = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          wasAborted = true
          reject(new UnavailableError('grpc.canceled', 'stopped'))
        })
      })
    await node.start()
    await node.sync()
    node.registration.stop()
    await node.beginEpoch()
    assert.ok(wasAborted)
    assert.equal(node.time.pending, 0)
    assert.deepEqual(node.fatal, [])
  })

  it('asks nobody any more once it is stopped', async () => {
    const asked = ['Beacon/GetEpoch', 'Registry/GetEntity', 'Staking/Account'] as const
    for (const name of asked) {
      const node = new TestNode()
      const good = node.answers[name] as () => never
      Object.assign(node.answers, {
        [name]: () => {
          node.registration.stop()
          // Whoever answers is gone from here on, which would be fatal.
          for (const other of Object.keys(node.answers))
            Object.assign(node.answers, { [other]: undefined })
          return good()
        },
      })
      await node.start()
      await node.sync()
      assert.deepEqual(node.fatal, [], name)
    }
  })

  it('is stopped while it waits for another try', async () => {
    const node = new TestNode()
    node.answers['Consensus/SubmitTx'] = () => {
      throw registryErrors.forbidden()
    }
    await node.start()
    await node.sync()
    assert.equal(node.time.pending, 1)
    node.registration.stop()
    assert.equal(node.time.pending, 0)
  })

  it('does not hide what is a fault of ours', async () => {
    const node = new TestNode()
    node.answers['Registry/GetEntity'] = () => {
      throw new BugError('a test wants it')
    }
    await node.start()
    await node.sync()
    assert.ok(node.fatal.length > 0)
  })
})

describe('a node that leaves', () => {
  it('renews no more, and ends when its registration is over', async () => {
    const node = await registeredNode()
    let isDone = false
    void node.registration.requestShutdown().then(() => {
      isDone = true
    })
    void node.registration.requestShutdown()
    for (let i = 0; i < 2; i++) await node.beginEpoch()
    assert.deepEqual([isDone, node.left.length, node.submitted.length], [false, 0, 1])
    await node.beginEpoch()
    assert.ok(isDone)
    await node.time.advance(0)
    assert.deepEqual([node.left.length, node.submitted.length], [1, 1])
  })

  it('goes on leaving after a restart, and stays when it is started after that', async () => {
    const node = await registeredNode()
    void node.registration.requestShutdown()
    node.files.cutPower(() => 0)
    await node.restart()
    await node.beginEpoch()
    assert.equal(node.submitted.length, 1)
    for (let i = 0; i < 2; i++) await node.beginEpoch()
    await node.time.advance(0)
    assert.equal(node.left.length, 1)
    await node.restart()
    await node.beginEpoch()
    await node.time.advance(0)
    assert.deepEqual([node.left.length, node.submitted.length], [1, 3])
  })

  it('stops at once when it is not registered, or has no owner', async () => {
    for (const changes of [{}, { owner: undefined }]) {
      const node = new TestNode(changes)
      await node.start()
      await node.registration.requestShutdown()
      await node.time.advance(0)
      assert.equal(node.left.length, 1)
    }
  })

  it('does not leave when that cannot be remembered, and can be asked again', async () => {
    const node = await registeredNode()
    node.files.failAfter(0)
    assert.throws(() => node.registration.requestShutdown(), UnavailableError)
    await node.beginEpoch()
    assert.equal(node.submitted.length, 2)
    node.files.failAfter(1_000_000)
    void node.registration.requestShutdown()
    for (let i = 0; i < 3; i++) await node.beginEpoch()
    await node.time.advance(0)
    assert.deepEqual([node.left.length, node.submitted.length], [1, 2])
  })

  it('waits while the registry cannot be asked', async () => {
    const node = await registeredNode()
    const { 'Registry/GetNode': getNode } = node.answers
    node.answers['Registry/GetNode'] = () => {
      throw new UnavailableError('test', 'a disk')
    }
    void node.registration.requestShutdown()
    for (let i = 0; i < 4; i++) await node.beginEpoch()
    await node.time.advance(0)
    assert.equal(node.left.length, 0)
    node.answers['Registry/GetNode'] = getNode!
    await node.pass()
    await node.time.advance(0)
    assert.equal(node.left.length, 1)
  })
})
