import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { testDocument } from '../testing/testDocument.ts'
import { needsDebug } from './needsDebug.ts'

/** A document without a runtime for tests, and with other parameters of the registry. */
function documentWith(
  params: Partial<GenesisDocument['registry']['params']> = {},
): GenesisDocument {
  const document = testDocument()
  const registry = {
    ...document.registry,
    runtimes: [],
    suspendedRuntimes: [],
    nodes: [],
    params: { ...document.registry.params, debugAllowTestRuntimes: false, ...params },
  }
  return { ...document, registry }
}

describe('a document that needs debug mode', () => {
  it('is none that every node accepts', () => {
    assert.equal(needsDebug(documentWith()), false)
  })

  it('is one with a parameter for tests', () => {
    assert.equal(needsDebug(documentWith({ debugAllowTestRuntimes: true })), true)
  })

  it('is one that only nodes in debug mode accept, for whatever reason', () => {
    assert.equal(needsDebug(documentWith({ maxNodeExpiration: 0n })), true)
  })

  it('is none that nobody accepts', () => {
    assert.equal(needsDebug({ ...documentWith(), chainId: '' }), false)
  })
})
