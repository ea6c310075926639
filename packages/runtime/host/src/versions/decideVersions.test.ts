import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make, zero } from '@wadi/cbor/codec'
import { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import { decideVersions } from './decideVersions.ts'

/** Versions by the epochs from which on they are valid. */
function runtimeOf(...deployments: readonly (readonly [number, bigint])[]): Runtime {
  return {
    ...zero(Runtime),
    deployments: deployments.map(([major, validFrom]) =>
      make(VersionInfo, { version: { major, minor: 0, patch: 0 }, validFrom }),
    ),
  }
}

function choice(runtime: Runtime, epoch: bigint, preWarmEpochs = 3n) {
  const { active, next } = decideVersions(runtime, { epoch, preWarmEpochs })
  return [active?.major, next?.major]
}

describe('the version that is to run', () => {
  const upgrade = runtimeOf([1, 0n], [2, 10n])

  it('changes at the scheduled epoch', () => {
    assert.deepEqual(choice(upgrade, 9n), [1, 2])
    assert.deepEqual(choice(upgrade, 10n), [2, undefined])
    assert.deepEqual(choice(upgrade, 11n), [2, undefined])
  })

  it('is prepared so many epochs before, and not earlier', () => {
    assert.deepEqual(choice(upgrade, 6n), [1, undefined])
    assert.deepEqual(choice(upgrade, 7n), [1, 2])
    assert.deepEqual(choice(upgrade, 7n, 2n), [1, undefined])
  })

  it('is not prepared where nobody executes', () => {
    const { active, next } = decideVersions(upgrade, { epoch: 9n, preWarmEpochs: undefined })
    assert.deepEqual([active?.major, next], [1, undefined])
  })

  it('is none before the first deployment, and the first one to come is next', () => {
    const later = runtimeOf([3, 20n], [2, 10n])
    assert.deepEqual(choice(later, 5n), [undefined, undefined])
    assert.deepEqual(choice(later, 8n), [undefined, 2])
    assert.deepEqual(choice(runtimeOf(), 8n), [undefined, undefined])
  })

  it('is the last in the list where two are due at once', () => {
    assert.deepEqual(choice(runtimeOf([1, 0n], [2, 9n], [3, 9n]), 8n), [1, 3])
  })
})
