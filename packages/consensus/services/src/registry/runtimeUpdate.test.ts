import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { type Runtime, RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { namespace } from '@wadi/primitives/namespace'
import { computeRuntime, deployment, keyManagerRuntime } from '../testing/testRegistry.ts'
import { verifyNewRuntime, verifyRuntimeUpdate } from './runtimeUpdate.ts'

const refused = { module: 'registry', code: 18 }
const MODEL = RuntimeGovernanceModel.names
const rules = { epoch: 10n, countMax: 3, features: undefined, hasFmspcAllowList: true }
const version = (major: number) => ({ major, minor: 0, patch: 0 })
const at = (n: number, validFrom: bigint) => deployment({ version: version(n), validFrom })
const deployed = (...deployments: Runtime['deployments']) => computeRuntime({ deployments })

function update(before: Runtime, runtime: Runtime): void {
  verifyRuntimeUpdate(before, runtime, rules)
}
function refuses(before: Runtime, runtime: Runtime): void {
  assert.throws(() => update(before, runtime), refused)
}

describe('a new runtime', () => {
  it('is not deployed at once', () => {
    verifyNewRuntime(deployed(at(1, 11n)), rules)
    assert.throws(() => verifyNewRuntime(deployed(at(1, 10n)), rules), refused)
  })
})

describe('an update of a runtime', () => {
  it('may leave everything as it is', () => {
    for (const runtime of [computeRuntime(), deployed(at(1, 5n), at(2, 11n))])
      update(runtime, runtime)
  })

  it('changes neither kind nor genesis', () => {
    refuses(computeRuntime(), keyManagerRuntime({ id: computeRuntime().id }))
    const stateRoot = Hash.check(new Uint8Array(32).fill(1))
    const before = computeRuntime({ genesis: { stateRoot: EMPTY_HASH, round: 0n } })
    refuses(before, computeRuntime({ genesis: { stateRoot: EMPTY_HASH, round: 1n } }))
    refuses(before, computeRuntime({ genesis: { stateRoot, round: 0n } }))
  })

  it('chooses a key manager once', () => {
    const keyManager = namespace(new Uint8Array(24).fill(1), { isKeyManager: true })
    const other = namespace(new Uint8Array(24).fill(2), { isKeyManager: true })
    const before = computeRuntime({ keyManager })
    update(computeRuntime(), before)
    update(before, before)
    refuses(before, computeRuntime())
    refuses(before, computeRuntime({ keyManager: other }))
  })

  it('changes who governs only from the entity to the runtime', () => {
    for (const before of Object.values(MODEL)) {
      for (const after of Object.values(MODEL)) {
        const change = () =>
          update(
            computeRuntime({ governanceModel: before }),
            computeRuntime({ governanceModel: after }),
          )
        if (before === after || (before === MODEL.entity && after === MODEL.runtime)) change()
        else assert.throws(change, refused)
      }
    }
  })

  it('schedules, reschedules and takes back what has not begun', () => {
    const before = deployed(at(1, 5n), at(2, 11n))
    update(before, deployed(at(1, 5n)))
    update(before, deployed(at(1, 5n), at(2, 12n)))
    update(before, deployed(at(1, 5n), at(3, 11n)))
    update(deployed(at(1, 11n)), deployed(at(2, 12n)))
  })

  it('changes nothing that has begun, and begins nothing at once', () => {
    const before = deployed(at(1, 4n), at(2, 5n))
    refuses(before, deployed(at(1, 3n), at(2, 5n)))
    refuses(before, deployed(at(1, 4n), at(2, 6n)))
    refuses(before, deployed(at(2, 5n), at(3, 10n)))
    const checksum = { ...at(2, 5n), bundleChecksum: new Uint8Array(32) }
    refuses(before, deployed(at(1, 4n), checksum))
    refuses(deployed(at(1, 11n)), deployed(at(1, 10n)))
  })

  it('keeps what runs, but may drop what ran before', () => {
    const before = deployed(at(1, 4n), at(2, 5n))
    update(before, deployed(at(2, 5n)))
    refuses(before, deployed(at(1, 4n)))
    refuses(before, deployed(at(3, 11n)))
  })

  it('stops the node if what is registered does not satisfy the rules any more', () => {
    const before = deployed(at(1, 4n), at(2, 5n), at(3, 6n))
    const fewer = { ...rules, countMax: 2 }
    assert.throws(() => verifyRuntimeUpdate(before, deployed(at(3, 6n)), fewer), BugError)
  })
})
