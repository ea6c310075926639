import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { CapabilityTee, type Node, NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeOf,
  nodeSigners,
  putRuntime,
  registryContext,
} from '../testing/testRegistry.ts'
import { verifyNodeUpdate } from './nodeUpdate.ts'

const refused = { module: 'registry', code: 17 }
const signers = nodeSigners('one')
const version = (major: number) => ({ major, minor: 0, patch: 0 })
const runs = (n: number, runtime = computeRuntime()) =>
  make(NodeRuntime, { id: runtime.id, version: version(n) })
const at = (n: number, validFrom: bigint) => deployment({ version: version(n), validFrom })

/** Versions 1 and 2 of the runtime were deployed, 3 will be. */
const { state } = registryContext()
putRuntime(state, computeRuntime({ deployments: [at(1, 4n), at(2, 5n), at(3, 11n)] }))
putRuntime(state, keyManagerRuntime({ deployments: [at(1, 11n)] }))

function update(before: Partial<Node>, after: Partial<Node>, epoch = 10n): void {
  const [from, to] = [nodeOf(signers, before), nodeOf(signers, after)]
  verifyNodeUpdate(state, { before: from, node: to, epoch })
}
function refuses(before: Partial<Node>, after: Partial<Node>, epoch = 10n): void {
  assert.throws(() => update(before, after, epoch), refused)
}

describe('an update of a node', () => {
  it('keeps the entity and the consensus key, also of an expired node', () => {
    const entityId = keyOf(entitySigner('bob'))
    const consensus = { id: keyOf(signers.p2p), addresses: [] }
    for (const epoch of [10n, 16n]) {
      refuses({}, { entityId }, epoch)
      refuses({}, { consensus }, epoch)
      update({}, {}, epoch)
    }
  })

  it('keeps one role, until the node is expired', () => {
    const roles = ROLES.validator | ROLES.compute
    update({ roles }, { roles: ROLES.compute })
    refuses({ roles }, { roles: ROLES.observer })
    refuses({ roles }, { roles: ROLES.observer }, 15n)
    update({ roles }, { roles: ROLES.observer }, 16n)
  })

  it('keeps every runtime, until the node is expired', () => {
    refuses({ runtimes: [runs(2)] }, {})
    update({ runtimes: [runs(2)] }, {}, 16n)
    update({}, { runtimes: [runs(2)] })
  })

  it('leaves out a version that ran before or is not scheduled, but none that runs or will', () => {
    const rest = (n: number) => ({ runtimes: [runs(n)] })
    update(rest(1), rest(2))
    refuses(rest(2), rest(1))
    refuses(rest(3), rest(2))
    update(rest(4), rest(2))
  })

  it('leaves out any version of a runtime that does not run', () => {
    const keyManager = (n: number) => runs(n, keyManagerRuntime())
    update({ runtimes: [keyManager(1)] }, { runtimes: [keyManager(2)] })
  })

  it('keeps the hardware of each version, but may change its keys and evidence', () => {
    const tee = (hardware: number, byte: number) => ({
      ...runs(2),
      capabilities: { tee: make(CapabilityTee, { hardware, attestation: Uint8Array.of(byte) }) },
    })
    update({ runtimes: [tee(1, 1)] }, { runtimes: [tee(1, 2)] })
    refuses({ runtimes: [tee(1, 1)] }, { runtimes: [tee(0, 1)] })
    refuses({ runtimes: [tee(1, 1)] }, { runtimes: [runs(2)] })
    refuses({ runtimes: [runs(2)] }, { runtimes: [tee(0, 1)] })
  })
})
