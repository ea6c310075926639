import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import {
  type EncryptedMasterSecret,
  type InitResponse,
  SignedInitResponse,
  Status,
} from '@wadi/consensus/keymanager'
import { type Node, type NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { testKey } from '../testing/testNodes.ts'
import { computeRuntime } from '../testing/testRegistry.ts'
import { nextStatus, type Succession } from './nextStatus.ts'
import { checksumOfPolicy } from './policy.ts'
import {
  enclaveEntry,
  encryptedSecret,
  extraInfo,
  type KeyManagerOptions,
  keyManagerContext,
  kmNode,
  masterSecret,
  RUNTIME,
  rakOf,
  runtimeEntry,
  SGX_RUNTIME,
  signedPolicy,
} from './testing/testEnclaves.ts'

const SECRET = Uint8Array.of(1, 2, 3)
const PROPOSED = Uint8Array.of(7)

type Changes = Partial<Omit<Succession, 'status'>> & {
  readonly status?: Partial<Status>
  readonly options?: KeyManagerOptions
}

/** What follows in epoch 10. */
function after({ status, options, ...changes }: Changes): Status {
  const { runtime = RUNTIME } = changes
  return nextStatus(keyManagerContext({ runtime, ...options }), {
    runtime,
    status: make(Status, { id: RUNTIME.id, ...status }),
    proposal: undefined,
    nodes: [],
    epoch: 10n,
    ...changes,
  })
}

/** The node of a number, and what its enclave says in each version. */
function says(n: number, ...responses: readonly Partial<InitResponse>[]): Node {
  const runtimes = responses.map((said) => runtimeEntry({ extraInfo: extraInfo(said) }))
  return kmNode(n, { runtimes })
}

/** Which of some nodes are in the committee. */
function members({ nodes = [] }: Status): readonly number[] {
  return nodes.map((id) => new DataView(id.buffer, id.byteOffset).getUint32(0))
}

function runs(...runtimes: readonly (NodeRuntime | undefined)[]): readonly number[] {
  return members(after({ nodes: [kmNode(1, { runtimes })] }))
}

/** A proposal for the generation and the epoch that follow, unless told otherwise. */
const proposed = (fields: Partial<EncryptedMasterSecret> = {}) =>
  masterSecret({ epoch: 10n, ...fields })

const ready = { nextChecksum: PROPOSED }

describe("a key manager's committee", () => {
  it('has everybody who agrees, in the order of the nodes', () => {
    const status = after({ nodes: [1, 2, 3].map((n) => kmNode(n)) })
    assert.deepEqual(members(status), [1, 2, 3])
    assert.equal(status.isInitialized, true)
    assert.equal(after({}).isInitialized, false)
    assert.equal(after({}).nodes, undefined)
  })

  it('begins anew with each epoch, and so does the signing key', () => {
    const status = after({ status: { isInitialized: true, nodes: [testKey(1)], rsk: testKey(2) } })
    assert.deepEqual([status.nodes, status.rsk, status.isInitialized], [undefined, undefined, true])
  })

  it('has nobody whose registration is over, or who has another role', () => {
    const nodes = [
      kmNode(1, { expiration: 9n }),
      kmNode(2, { expiration: 10n }),
      kmNode(3, { roles: ROLES.compute | ROLES.observer | ROLES.validator }),
      kmNode(4, { roles: ROLES['key-manager'] | ROLES.validator }),
    ]
    assert.deepEqual(members(after({ nodes })), [2, 4])
  })

  it('has nobody who does not run the key manager, or has not said how it started', () => {
    assert.deepEqual(runs(), [])
    assert.deepEqual(runs(runtimeEntry({ id: computeRuntime().id })), [])
    assert.deepEqual(runs(runtimeEntry({ extraInfo: undefined })), [])
    assert.deepEqual(runs(runtimeEntry({ extraInfo: new Uint8Array(0) })), [])
    assert.deepEqual(runs(runtimeEntry({ extraInfo: Uint8Array.of(0x60) })), [])
    const other = runtimeEntry({ id: computeRuntime().id, extraInfo: undefined })
    assert.deepEqual(runs(other, runtimeEntry()), [1])
  })

  it('believes only what the enclave has signed', () => {
    assert.deepEqual(runs(runtimeEntry({ extraInfo: extraInfo({}, rakOf(1)) })), [])
    const { initResponse } = make(SignedInitResponse, {})
    for (const signature of [undefined, new Uint8Array(63)]) {
      const unsigned = encode(SignedInitResponse, { initResponse, signature })
      assert.deepEqual(runs(runtimeEntry({ extraInfo: unsigned })), [])
    }
  })

  it('has nobody of whose versions one does not agree', () => {
    assert.deepEqual(runs(runtimeEntry(), runtimeEntry()), [1])
    assert.deepEqual(runs(runtimeEntry(), runtimeEntry({ extraInfo: undefined })), [])
    assert.deepEqual(members(after({ nodes: [says(1, {}, { isSecure: true })] })), [])
  })
})

describe("an enclave of a key manager's committee", () => {
  const accepting = { verifyAttestation: () => undefined }

  it('is of the kind that the key manager asks for', () => {
    const nodes = [kmNode(1), kmNode(2, { runtimes: [enclaveEntry(2)] })]
    assert.deepEqual(members(after({ nodes, options: accepting })), [1])
    assert.deepEqual(members(after({ nodes, runtime: SGX_RUNTIME, options: accepting })), [2])
  })

  it('proves what it is again', () => {
    const nodes = [kmNode(1, { runtimes: [enclaveEntry(1)] })]
    const asked: bigint[] = []
    const verifyAttestation: KeyManagerOptions['verifyAttestation'] = ({ height, time }) => {
      asked.push(height, time.seconds)
    }
    const runtime = SGX_RUNTIME
    assert.deepEqual(members(after({ nodes, runtime })), [])
    assert.deepEqual(members(after({ nodes, runtime, options: { verifyAttestation } })), [1])
    assert.deepEqual(asked, [10n, 1_600_000_000n])
  })

  it('is of a version that the key manager knows', () => {
    const entry = { ...enclaveEntry(1), version: { major: 2, minor: 0, patch: 0 } }
    const nodes = [kmNode(1, { runtimes: [entry] })]
    assert.deepEqual(members(after({ nodes, runtime: SGX_RUNTIME, options: accepting })), [])
  })

  it('is not judged by hardware that nobody knows', () => {
    const { tee } = enclaveEntry(1).capabilities
    const hardware = TEE_HARDWARE.intelSgx + 1
    const entry = { ...enclaveEntry(1), capabilities: { tee: { ...tee!, hardware } } }
    const nodes = [kmNode(1, { runtimes: [entry] })]
    const runtime = { ...RUNTIME, teeHardware: hardware }
    assert.deepEqual(members(after({ nodes, runtime, options: accepting })), [])
  })

  it('does not hide a bug of ours', () => {
    const verifyAttestation = () => {
      throw new BugError('broken')
    }
    const nodes = [kmNode(1, { runtimes: [enclaveEntry(1)] })]
    const run = () => after({ nodes, runtime: SGX_RUNTIME, options: { verifyAttestation } })
    assert.throws(run, BugError)
  })
})

describe('what the members of a committee agree on', () => {
  it('is the policy that holds from now on', () => {
    const [policy, nextPolicy] = [signedPolicy(), signedPolicy({ serial: 2 })]
    const nodes = [
      says(1, { policyChecksum: checksumOfPolicy(policy) }),
      says(2, { policyChecksum: checksumOfPolicy(nextPolicy) }),
      says(3, { policyChecksum: checksumOfPolicy(undefined) }),
      says(4, { policyChecksum: new Uint8Array(0) }),
      says(5, {}),
      says(6, { policyChecksum: checksumOfPolicy(policy).subarray(1) }),
    ]
    assert.deepEqual(members(after({ nodes })), [3, 4, 5])
    assert.deepEqual(members(after({ nodes, status: { policy } })), [1])
    const changed = after({ nodes, status: { policy, nextPolicy } })
    assert.deepEqual(members(changed), [2])
    assert.deepEqual([changed.policy, changed.nextPolicy], [nextPolicy, undefined])
  })

  it('is whether it is secure: as before, or as the first one says', () => {
    const nodes = [says(1, { isSecure: true }), says(2, {}), says(3, { isSecure: true })]
    const first = after({ nodes })
    assert.deepEqual([members(first), first.isSecure], [[1, 3], true])
    const later = after({ nodes, status: { isInitialized: true } })
    assert.deepEqual([members(later), later.isSecure], [[2], false])
    assert.equal(after({ status: { isSecure: true } }).isSecure, true)
  })

  it('is not settled by somebody who is not admitted', () => {
    const nodes = [says(1, { isSecure: true, rsk: testKey(9) }, { checksum: SECRET }), says(2, {})]
    const status = after({ nodes })
    assert.deepEqual([members(status), status.isSecure, status.rsk], [[2], false, undefined])
  })

  it('is the secret, of which none and an empty one are the same', () => {
    const nodes = [
      says(1, { checksum: SECRET }),
      says(2, { checksum: new Uint8Array(0) }),
      says(3, { checksum: undefined }),
    ]
    assert.deepEqual(members(after({ nodes })), [2, 3])
    assert.deepEqual(members(after({ nodes, status: { checksum: new Uint8Array(0) } })), [2, 3])
    assert.deepEqual(members(after({ nodes, status: { checksum: SECRET } })), [1])
  })

  it('is the signing key, which nobody has to name', () => {
    const nodes = [
      says(1, {}),
      says(2, { rsk: testKey(8) }),
      says(3, { rsk: testKey(9) }),
      says(4, {}),
      says(5, { rsk: testKey(8) }, { rsk: testKey(9) }),
      says(6, { rsk: testKey(8) }, {}),
    ]
    const status = after({ nodes })
    assert.deepEqual([members(status), status.rsk], [[1, 2, 4, 6], testKey(8)])
  })
})

describe('a proposed master secret', () => {
  it('is accepted once 66 of a hundred have it, who then are the committee', () => {
    const count = 100
    const vote = (readyCount: number) =>
      after({
        proposal: proposed(),
        nodes: Array.from({ length: count }, (_, i) => says(i + 1, i < readyCount ? ready : {})),
      })
    const refusedStatus = vote(65)
    assert.deepEqual([refusedStatus.checksum, refusedStatus.nodes?.length], [undefined, count])
    const accepted = vote(66)
    assert.deepEqual(accepted.checksum, PROPOSED)
    assert.equal(accepted.nodes?.length, 66)
    assert.deepEqual([accepted.generation, accepted.rotationEpoch], [0n, 10n])
  })

  it('follows the one before', () => {
    const status = { checksum: SECRET, generation: 3n, rotationEpoch: 5n, isInitialized: true }
    const nodes = [says(1, { checksum: SECRET, nextChecksum: PROPOSED, rsk: testKey(8) })]
    const next = after({ status, nodes, proposal: proposed({ generation: 4n }) })
    assert.deepEqual([next.generation, next.rotationEpoch, next.checksum], [4n, 10n, PROPOSED])
    assert.equal(next.rsk, undefined)
  })

  it('counts in the epoch that it is for, and if it is of the next generation', () => {
    for (const fields of [{ epoch: 9n }, { epoch: 11n }, { generation: 1n }]) {
      const next = after({ nodes: [says(1, ready)], proposal: proposed(fields) })
      assert.deepEqual([next.checksum, members(next)], [undefined, [1]])
    }
    assert.equal(after({ proposal: proposed() }).checksum, undefined)
  })

  it('needs a checksum, which may be empty', () => {
    const secret = (checksum: Uint8Array | undefined) => ({ ...encryptedSecret(), checksum })
    const vote = (checksum: Uint8Array | undefined) =>
      after({ nodes: [says(1, {})], proposal: proposed({ secret: secret(checksum) }) })
    assert.equal(vote(undefined).rotationEpoch, 0n)
    const empty = vote(new Uint8Array(0))
    assert.deepEqual([empty.rotationEpoch, empty.checksum], [10n, new Uint8Array(0)])
  })

  it('is there in all versions that a node runs, or not at all', () => {
    const vote = (...responses: readonly Partial<InitResponse>[]) =>
      after({ nodes: [says(1, ...responses)], proposal: proposed() }).checksum
    assert.deepEqual(vote(ready, ready), PROPOSED)
    assert.equal(vote(ready, {}), undefined)
    assert.equal(vote({}, ready), undefined)
  })

  it('brings the signing key that the first one names who has it', () => {
    const nodes = [
      says(1, { nextRsk: testKey(7) }),
      says(2, ready),
      says(3, { ...ready, nextRsk: testKey(8) }),
      says(4, { ...ready, nextRsk: testKey(9) }),
      says(5, { ...ready, nextRsk: testKey(8) }),
      says(6, ready),
    ]
    const next = after({ nodes, proposal: proposed() })
    assert.deepEqual([members(next), next.rsk], [[2, 3, 5, 6], testKey(8)])
  })

  it('is not there if two versions name different signing keys', () => {
    const [a, b] = [8, 9].map((n) => ({ ...ready, nextRsk: testKey(n) }))
    const nodes = [says(1, a!, b!), says(2, b!), says(3, b!)]
    const next = after({ nodes, proposal: proposed() })
    assert.deepEqual([members(next), next.rsk], [[2, 3], testKey(9)])
  })
})
