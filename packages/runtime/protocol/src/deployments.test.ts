import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { activeDeployment, nextDeployment, registeredRuntime } from './deployments.ts'
import { OTHER_RUNTIME_ID, RUNTIME_ID } from './testing/testCommittee.ts'

const version = (major: number) => ({ major, minor: 0, patch: 0 })

const deployments = [5n, 1n, 3n, 3n].map((validFrom, i) =>
  make(VersionInfo, { version: version(i), validFrom }),
)
const runtime = make(Runtime, { deployments })

describe('the active deployment', () => {
  const majorAt = (epoch: bigint) => activeDeployment(runtime, epoch)?.version.major

  it('is the one that became valid last, and of several the first', () => {
    assert.deepEqual([1n, 2n, 3n, 4n, 5n, 99n].map(majorAt), [1, 1, 2, 2, 0, 0])
  })

  it('is none before the first is valid', () => {
    assert.equal(majorAt(0n), undefined)
  })
})

describe('the next deployment', () => {
  const majorAt = (epoch: bigint) => nextDeployment(runtime, epoch)?.version.major

  it('is the one that becomes valid first, and of several the last', () => {
    assert.deepEqual([0n, 1n, 2n, 3n, 4n].map(majorAt), [1, 3, 3, 0, 0])
  })

  it('is none when the last is valid', () => {
    assert.deepEqual([5n, 99n].map(majorAt), [undefined, undefined])
  })
})

describe('what a node has registered', () => {
  const node = make(Node, {
    runtimes: [
      make(NodeRuntime, { id: OTHER_RUNTIME_ID, version: version(2) }),
      make(NodeRuntime, { id: RUNTIME_ID, version: version(1) }),
      make(NodeRuntime, { id: RUNTIME_ID, version: version(2) }),
    ],
  })

  it('counts for exactly one version of one runtime', () => {
    assert.equal(registeredRuntime(node, RUNTIME_ID, version(2)), node.runtimes?.[2])
    assert.equal(registeredRuntime(node, RUNTIME_ID, version(3)), undefined)
    assert.equal(registeredRuntime(node, OTHER_RUNTIME_ID, version(1)), undefined)
    const without = { ...node, runtimes: undefined }
    assert.equal(registeredRuntime(without, RUNTIME_ID, version(1)), undefined)
  })
})
