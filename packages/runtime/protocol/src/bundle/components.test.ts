import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import {
  componentsOf,
  findComponent,
  isDetached,
  isNetworkAllowed,
  ON_CHAIN,
  parseComponentId,
  printComponentId,
  teeOf,
} from './components.ts'
import { Component, Manifest, TdxMetadata } from './manifest.ts'

const onChain = make(Component, { kind: 'ronl', elf: { executable: 'program' } })
const beside = make(Component, { kind: 'rofl', name: 'oracle', tdx: TdxMetadata.zero })
const sgx = { executable: 'enclave', signature: '' }

describe('the name of a component', () => {
  it('is printed and parsed', () => {
    for (const [text, id] of [
      ['ronl', ON_CHAIN],
      ['rofl', { kind: 'rofl', name: '' }],
      ['rofl.a', { kind: 'rofl', name: 'a' }],
      ['rofl.b.c.d', { kind: 'rofl', name: 'b.c.d' }],
    ] as const) {
      assert.deepEqual(parseComponentId(text), id)
      assert.equal(printComponentId(id), text)
    }
  })

  it('of another form is refused', () => {
    const refusal = { module: 'unknown', code: 1, reason: 'bundle.badComponentId' }
    for (const text of ['', 'ronl.', 'ronl.foo', 'rofl.', 'ro', 'bonl', 'roflx']) {
      assert.throws(() => parseComponentId(text), refusal, text)
    }
  })
})

describe('the components of a bundle', () => {
  it('are those of the manifest', () => {
    const manifest = make(Manifest, { components: [beside, onChain] })
    assert.deepEqual(componentsOf(manifest), [beside, onChain])
    assert.equal(findComponent(manifest, ON_CHAIN), onChain)
    assert.equal(findComponent(manifest, { kind: 'rofl', name: 'oracle' }), beside)
    assert.equal(findComponent(manifest, { kind: 'rofl', name: 'else' }), undefined)
    assert.ok(!isDetached(manifest))
  })

  it('are without one that runs on the chain if the bundle is detached', () => {
    assert.ok(isDetached(make(Manifest, { components: [beside] })))
    assert.ok(isDetached(Manifest.zero))
  })

  it('have the on-chain one among them that is told of in the old way', () => {
    const version = { major: 1, minor: 2, patch: 3 }
    const manifest = make(Manifest, { version, executable: 'old', sgx, components: [beside] })
    const elf = { executable: 'old' }
    const expected = make(Component, { kind: 'ronl', version, elf, sgx })
    assert.deepEqual(componentsOf(manifest), [beside, expected])
    assert.deepEqual(findComponent(manifest, ON_CHAIN), expected)
    assert.ok(!isDetached(manifest))
  })

  it('run in their kind of enclave, and use the network only beside the chain', () => {
    assert.equal(teeOf(onChain), 'none')
    assert.equal(teeOf({ ...onChain, sgx }), 'sgx')
    assert.equal(teeOf(beside), 'tdx')
    assert.ok(isNetworkAllowed(beside) && !isNetworkAllowed(onChain))
  })
})
