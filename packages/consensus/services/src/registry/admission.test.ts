import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  AdmissionPolicy,
  EntityWhitelist,
  type EntityWhitelistConfig,
  EntityWhitelistRole,
  type EntityWhitelistRoleConfig,
  PerRoleAdmissionPolicy,
} from '@wadi/consensus/registry/runtime'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { type Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES, RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  computeRuntime,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeOf,
  nodeSigners,
  registryContext,
  signNode,
} from '../testing/testRegistry.ts'
import { checkAdmission, checkAdmissionPolicy } from './admission.ts'
import { setNode } from './state.ts'

const invalid = { module: 'registry', code: 1 }
const forbidden = { module: 'registry', code: 16 }
const alice = keyOf(entitySigner('alice'))
const bob = keyOf(entitySigner('bob'))
const banned = forbidKeys([bob])

type Limits = readonly (readonly [role: number, count: number])[]

/** Only the entity, with so many nodes for each role. */
function whitelist(entity: PublicKey, limits: Limits = []): AdmissionPolicy {
  const maxNodes = keyedMap<number, number>(RolesMask, limits)
  const entities = keyedMap<PublicKey, EntityWhitelistConfig>(PublicKey, [[entity, { maxNodes }]])
  return make(AdmissionPolicy, { entityWhitelist: make(EntityWhitelist, { entities }) })
}

/** For the role only the entity, with so many nodes. */
function perRole(role: number, entity: PublicKey, maxNodes: number): AdmissionPolicy {
  const entities = keyedMap<PublicKey, EntityWhitelistRoleConfig>(PublicKey, [
    [entity, { maxNodes }],
  ])
  const entityWhitelist = make(EntityWhitelistRole, { entities })
  const own = make(PerRoleAdmissionPolicy, { entityWhitelist })
  return make(AdmissionPolicy, {
    perRole: keyedMap<number, PerRoleAdmissionPolicy>(RolesMask, [[role, own]]),
  })
}

describe('a policy of admission', () => {
  const none = forbidKeys()

  it('lets anybody in, or chooses', () => {
    const { entityWhitelist } = whitelist(alice)
    checkAdmissionPolicy(make(AdmissionPolicy, { anyNode: {} }), none)
    checkAdmissionPolicy(whitelist(alice), none)
    checkAdmissionPolicy({ ...perRole(1, alice, 1), entityWhitelist }, none)
    const both = make(AdmissionPolicy, { anyNode: {}, entityWhitelist })
    const noRoles = keyedMap<number, PerRoleAdmissionPolicy>(RolesMask, [])
    assert.throws(() => checkAdmissionPolicy(both, none), invalid)
    assert.throws(() => checkAdmissionPolicy(make(AdmissionPolicy, {}), none), invalid)
    // COMPAT(oasis-core): a map without entries is a choice, too.
    checkAdmissionPolicy(make(AdmissionPolicy, { perRole: noRoles }), none)
    const odd = make(AdmissionPolicy, { anyNode: {}, perRole: noRoles })
    assert.throws(() => checkAdmissionPolicy(odd, none), invalid)
  })

  it('names one valid role at a time', () => {
    for (const role of [0, 3, 16, 64, 128]) {
      assert.throws(() => checkAdmissionPolicy(whitelist(alice, [[role, 1]]), none), invalid)
      assert.throws(() => checkAdmissionPolicy(perRole(role, alice, 1), none), invalid)
    }
    for (const role of Object.values(ROLES)) {
      checkAdmissionPolicy(whitelist(alice, [[role, 1]]), none)
      checkAdmissionPolicy(perRole(role, alice, 1), none)
    }
  })

  it('names nobody who may not sign', () => {
    assert.throws(() => checkAdmissionPolicy(whitelist(bob), banned), invalid)
    assert.throws(() => checkAdmissionPolicy(perRole(1, bob, 1), banned), invalid)
    checkAdmissionPolicy(whitelist(alice), banned)
  })
})

describe('admission of a node', () => {
  const runtime = computeRuntime()
  const own = make(NodeRuntime, { id: runtime.id })
  const compute = { roles: ROLES.compute, runtimes: [own] }

  /** What the policy says to a node, others being registered. */
  function admit(
    policy: AdmissionPolicy,
    fields: Partial<Node> = {},
    others: readonly Partial<Node>[] = [],
  ): void {
    const { state } = registryContext()
    for (const [i, other] of others.entries()) {
      const signers = nodeSigners(`other ${i}`)
      const node = nodeOf(signers, { ...compute, ...other })
      setNode(state, { node, signed: signNode(signers, node) })
    }
    const node = nodeOf(nodeSigners('one'), { ...compute, ...fields })
    const admissionPolicy = policy
    checkAdmission(state, { node, runtime: { ...runtime, admissionPolicy }, epoch: 10n })
  }
  const refuses = (...args: Parameters<typeof admit>) =>
    assert.throws(() => admit(...args), forbidden)

  it('is open to anybody if the policy is', () => {
    admit(make(AdmissionPolicy, { anyNode: {} }))
  })

  it('is for those on the list, for as many nodes as it says', () => {
    admit(whitelist(alice), {}, [{}, {}])
    refuses(whitelist(bob))
    refuses(make(AdmissionPolicy, { entityWhitelist: { entities: undefined } }))
    admit(whitelist(alice, [[ROLES.compute, 2]]), {}, [{}])
    refuses(whitelist(alice, [[ROLES.compute, 2]]), {}, [{}, {}])
    refuses(whitelist(alice, [[ROLES.compute, 0]]))
  })

  it('for each role of the node needs an entry in a list that has any', () => {
    const roles = ROLES.compute | ROLES.observer
    refuses(whitelist(alice, [[ROLES.compute, 2]]), { roles })
    const limits: Limits = [
      [ROLES.compute, 2],
      [ROLES.observer, 1],
    ]
    admit(whitelist(alice, limits), { roles }, [{}])
    refuses(whitelist(alice, limits), { roles }, [{ roles }])
  })

  it('counts no node of others, of other runtimes, of other roles, and none that is expired', () => {
    const elsewhere = make(NodeRuntime, { id: keyManagerRuntime().id })
    const uncounted = [
      { entityId: bob },
      { runtimes: [elsewhere] },
      { roles: ROLES.observer },
      { expiration: 9n },
    ]
    admit(whitelist(alice, [[ROLES.compute, 1]]), {}, uncounted)
    refuses(whitelist(alice, [[ROLES.compute, 1]]), {}, [{ expiration: 10n }])
  })

  it('does not count the node that registers again', () => {
    const { state } = registryContext()
    const signers = nodeSigners('one')
    const node = nodeOf(signers, compute)
    setNode(state, { node, signed: signNode(signers, node) })
    const admissionPolicy = whitelist(alice, [[ROLES.compute, 1]])
    checkAdmission(state, { node, runtime: { ...runtime, admissionPolicy }, epoch: 10n })
  })

  it('may be for some in one role, where zero is no limit', () => {
    refuses(perRole(ROLES.compute, bob, 0))
    admit(perRole(ROLES.observer, bob, 0))
    admit(perRole(ROLES.compute, alice, 0), {}, [{}, {}])
    admit(perRole(ROLES.compute, alice, 2), {}, [{}])
    refuses(perRole(ROLES.compute, alice, 2), {}, [{}, {}])
    const free = keyedMap<number, PerRoleAdmissionPolicy>(RolesMask, [
      [ROLES.compute, make(PerRoleAdmissionPolicy, {})],
    ])
    admit(make(AdmissionPolicy, { perRole: free }))
  })
})
