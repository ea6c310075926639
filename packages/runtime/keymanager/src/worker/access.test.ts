import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  type EnclavePolicySgx,
  PolicySgx,
  SignedPolicySgx,
  Status,
} from '@wadi/consensus/keymanager'
import { RUNTIME_KINDS, Runtime } from '@wadi/consensus/registry/runtime'
import { Committee, CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Namespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Frame, RpcRequest, SessionId } from '@wadi/runtime-protocol/enclave-rpc/message'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import fc from 'fast-check'
import { type AccessRules, accessListOf, checkAccess, methodOf } from './access.ts'

const idOf = (byte: number) => Namespace.check(new Uint8Array(32).fill(byte, 8))
const keyOf = (byte: number) => PublicKey.check(new Uint8Array(32).fill(byte))
const KEY_MANAGER = idOf(1)
const CLIENT = idOf(2)
const STRANGER = idOf(3)

/** A node of a number; its key in the network is a hundred more. */
function nodeOf(number: number, roles: number, runtimes: readonly Namespace[]): Node {
  return make(Node, {
    id: keyOf(number),
    roles,
    p2p: { id: keyOf(100 + number), addresses: undefined },
    runtimes: runtimes.map((id) => make(NodeRuntime, { id })),
  })
}

const session = SessionId.check(new Uint8Array(32))
const inSession = (untrustedPlaintext: string) => ({
  kind: RPC_KINDS.noiseSession,
  data: encode(Frame, { session, untrustedPlaintext, payload: Uint8Array.of(1) }),
})
const withoutSession = (method: string) => ({
  kind: RPC_KINDS.insecureQuery,
  data: encode(RpcRequest, { method, args: Uint8Array.of(0xf6) }),
})

const OPEN: AccessRules = {
  keyManagerId: KEY_MANAGER,
  isReady: true,
  status: make(Status, { isInitialized: true }),
  teeHardware: TEE_HARDWARE.invalid,
  list: new Map(),
  privatePeers: new Set(),
}

/** Enclaves that guard something: the policy lets the enclaves of a runtime ask. */
function guarded(mayQuery: Namespace | undefined): AccessRules {
  const identity = make(EnclaveIdentity, {})
  const enclave: EnclavePolicySgx = {
    mayQuery: keyedMap(Namespace, mayQuery === undefined ? [] : [[mayQuery, [identity]]]),
    mayReplicate: [],
  }
  const enclaves = keyedMap(EnclaveIdentity, [[identity, enclave]])
  const policy = make(SignedPolicySgx, { policy: make(PolicySgx, { enclaves }) })
  const status = make(Status, { isInitialized: true, isSecure: true, policy })
  const list = new Map([
    [toHex(keyOf(1)), new Set([toHex(KEY_MANAGER)])],
    [toHex(keyOf(2)), new Set([toHex(CLIENT)])],
  ])
  return { ...OPEN, status, list, teeHardware: TEE_HARDWARE.intelSgx }
}

const refused = (
  rules: AccessRules,
  call: { readonly kind: number; readonly data: Uint8Array },
  peer = keyOf(9),
) => {
  try {
    checkAccess(rules, call, peer)
    return undefined
  } catch (error) {
    assert.ok(error instanceof CodedError)
    return error.message.replace('keymanager/access: ', '')
  }
}

describe('the method of a call', () => {
  it('is what the frame or the request says', () => {
    assert.equal(methodOf(RPC_KINDS.noiseSession, inSession('a').data), 'a')
    assert.equal(methodOf(RPC_KINDS.insecureQuery, withoutSession('b').data), 'b')
  })

  it('of any bytes is a method, or an error that is told', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(4), (data, kind) => {
        try {
          methodOf(kind, data)
        } catch (error) {
          assert.ok(error instanceof CodedError)
        }
      }),
    )
  })

  it('of a call that is for the own node only is never handed on', () => {
    for (const kind of [RPC_KINDS.localQuery, 3, 255]) {
      const { data } = withoutSession('init')
      assert.equal(refused(OPEN, { kind, data }), 'unsupported RPC kind')
    }
  })
})

describe('calls of a key manager', () => {
  it('are refused before it is registered with what its enclave said', () => {
    const rules = { ...OPEN, isReady: false }
    assert.equal(refused(rules, inSession('')), 'not authorized to connect')
    assert.equal(refused(rules, inSession('get_or_create_keys')), 'not authorized: not initialized')
    assert.equal(
      refused(rules, withoutSession('get_public_key')),
      'not authorized: not initialized',
    )
  })

  it('have the protection that their method wants', () => {
    assert.equal(
      refused(OPEN, withoutSession('get_or_create_keys')),
      'not authorized: unsupported method: get_or_create_keys',
    )
    assert.equal(
      refused(OPEN, inSession('get_public_key')),
      'not authorized: unsupported method: get_public_key',
    )
    for (const method of ['init', 'load_master_secret', 'generate_ephemeral_secret', 'x'])
      assert.equal(refused(OPEN, inSession(method)), 'unsupported RPC method')
  })

  it('that guards nothing may ask everybody, but secrets go to key managers only', () => {
    assert.equal(refused(OPEN, inSession('')), undefined)
    assert.equal(refused(OPEN, inSession('get_or_create_keys')), undefined)
    assert.equal(refused(OPEN, withoutSession('get_public_ephemeral_key')), undefined)
    assert.equal(
      refused(OPEN, inSession('replicate_master_secret')),
      'not authorized: not a key manager',
    )
    const list = new Map([[toHex(keyOf(9)), new Set([toHex(KEY_MANAGER)])]])
    assert.equal(refused({ ...OPEN, list }, inSession('replicate_master_secret')), undefined)
    const status = make(Status, { isInitialized: true, isSecure: true })
    assert.equal(
      refused({ ...OPEN, status }, inSession('get_or_create_keys')),
      'not authorized: untrusted hardware',
    )
  })

  it('that guards secrets are for nodes of the runtimes that its policy names', () => {
    const rules = guarded(CLIENT)
    assert.equal(refused(rules, inSession('get_or_create_keys'), keyOf(2)), undefined)
    assert.equal(refused(rules, inSession(''), keyOf(2)), undefined)
    const notAllowed = 'not authorized: query not allowed'
    assert.equal(refused(rules, inSession('get_or_create_keys'), keyOf(1)), notAllowed)
    assert.equal(refused(rules, inSession('get_or_create_keys'), keyOf(3)), notAllowed)
    assert.equal(refused(rules, inSession(''), keyOf(3)), 'not authorized to connect')
    assert.equal(refused(guarded(STRANGER), inSession('get_or_create_keys'), keyOf(2)), notAllowed)
    const status = make(Status, { isInitialized: true, isSecure: true })
    assert.equal(
      refused({ ...rules, status }, inSession('get_or_create_keys'), keyOf(2)),
      'not authorized: policy not set',
    )
    assert.equal(
      refused({ ...rules, teeHardware: 7 }, inSession('get_or_create_keys'), keyOf(2)),
      'not authorized: unsupported hardware: 7',
    )
  })

  it('of private peers are all allowed', () => {
    const rules = { ...guarded(undefined), privatePeers: new Set([toHex(keyOf(9))]) }
    for (const method of ['', 'get_or_create_keys', 'replicate_ephemeral_secret'])
      assert.equal(refused(rules, inSession(method)), undefined)
  })
})

describe('who works for a runtime', () => {
  const runtime = (id: Namespace, change: Partial<Runtime> = {}) =>
    make(Runtime, { id, kind: RUNTIME_KINDS.compute, keyManager: KEY_MANAGER, ...change })
  const committee = (runtimeId: Namespace, ...members: number[]) =>
    make(Committee, {
      kind: CommitteeKind.names.executor,
      runtimeId,
      members: members.map((number) => ({
        role: CommitteeRole.names.worker,
        publicKey: keyOf(number),
      })),
    })
  const nodes = [
    nodeOf(1, ROLES['key-manager'], [KEY_MANAGER]),
    nodeOf(2, ROLES.compute, [CLIENT]),
    nodeOf(3, ROLES.compute, [CLIENT]),
    nodeOf(4, ROLES.observer, [CLIENT]),
    nodeOf(5, ROLES.compute, [KEY_MANAGER]),
    nodeOf(6, ROLES.observer, [STRANGER]),
  ]
  const runtimesOf = (list: ReturnType<typeof accessListOf>) =>
    Object.fromEntries(
      [...list].map(([peer, ids]) => [
        parseHex(peer)[0]! - 100,
        [...ids].map((id) => parseHex(id)[8]),
      ]),
    )

  it('are its key managers and observers, and of compute nodes those of its committee', () => {
    const list = accessListOf({
      keyManagerId: KEY_MANAGER,
      nodes,
      runtimes: [runtime(CLIENT), runtime(STRANGER, { keyManager: undefined })],
      committees: [committee(CLIENT, 2), committee(STRANGER, 3)],
    })
    assert.deepEqual(runtimesOf(list), { 1: [1], 2: [2], 4: [2] })
  })

  it('may be one node for several', () => {
    const list = accessListOf({
      keyManagerId: KEY_MANAGER,
      nodes: [nodeOf(1, ROLES['key-manager'] | ROLES.observer, [KEY_MANAGER, CLIENT])],
      runtimes: [runtime(CLIENT)],
      committees: [],
    })
    assert.deepEqual(runtimesOf(list), { 1: [1, 2] })
  })
})
