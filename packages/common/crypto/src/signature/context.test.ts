import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha512_256 } from '@noble/hashes/sha2.js'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { CHAIN_CONTEXT_BYTES_MAX, SIGNATURE_CONTEXT_BYTES_MAX } from '../limits.ts'
import { contextOf, declareContexts, prehash } from './context.ts'
import { contexts } from './contexts.ts'

const chainContext = 'c'.repeat(64)
const runtime = 'e'.repeat(64)

describe('a signature context', () => {
  it('is its base alone where nothing is added', () => {
    assert.equal(contextOf(contexts.registerNode).text, 'oasis-core/registry: register node')
    const context = contextOf(contexts.registerNode, { chainContext })
    assert.equal(context.text, 'oasis-core/registry: register node')
  })

  it('ends with the chain where it is separated by chains', () => {
    assert.equal(
      contextOf(contexts.transaction, { chainContext }).text,
      `oasis-core/consensus: tx for chain ${chainContext}`,
    )
  })

  it('names the runtime before the chain', () => {
    assert.equal(
      contextOf(contexts.executorCommitment, { chainContext, suffix: runtime }).text,
      `oasis-core/roothash: executor commitment for runtime ${runtime} for chain ${chainContext}`,
    )
  })

  it('is refused without its chain or with one that is empty or too long', () => {
    const of = (chain: string) => () => contextOf(contexts.transaction, { chainContext: chain })
    assert.throws(() => contextOf(contexts.transaction), { reason: 'signature.noChainContext' })
    assert.throws(of(''), { reason: 'signature.malformedContext' })
    assert.doesNotThrow(of('c'.repeat(CHAIN_CONTEXT_BYTES_MAX)))
    assert.throws(of('c'.repeat(CHAIN_CONTEXT_BYTES_MAX + 1)), {
      reason: 'signature.malformedContext',
    })
  })

  it('is refused without its suffix, with too long a one, and with one that it has not', () => {
    const of = (suffix: string) => () =>
      contextOf(contexts.executorCommitment, { chainContext, suffix })
    const without = () => contextOf(contexts.executorCommitment, { chainContext })
    const unwanted = () => contextOf(contexts.transaction, { chainContext, suffix: runtime })
    assert.throws(without, { reason: 'signature.noSuffix' })
    assert.throws(of(`${runtime}e`), { reason: 'signature.malformedContext' })
    assert.throws(unwanted, { reason: 'signature.noSuffixDeclared' })
  })

  it('is hashed before the message', () => {
    const context = contextOf(contexts.tendermint)
    const message = Uint8Array.of(1, 2, 3)
    const expected = sha512_256(concatBytes(toUtf8('oasis-core/tendermint'), message))
    assert.deepEqual(prehash(context, message), expected)
  })
})

describe('the table of signature contexts', () => {
  it('has twenty-one, of which four are separated by chains', () => {
    const all = Object.values(contexts)
    assert.equal(all.length, 21)
    assert.equal(all.filter(({ isChainSeparated }) => isChainSeparated).length, 4)
  })

  it('has those of enclaves, which only their own side of the reference declares', () => {
    assert.equal(contextOf(contexts.rakRpcBinding).text, 'EkRakRpc')
    assert.equal(
      contextOf(contexts.keyManagerPublicKey).text,
      'oasis-core/keymanager: pk signature',
    )
  })

  it('takes no context twice, none that looks like a chain, none that can become too long', () => {
    const declare = (...bases: readonly string[]) => {
      const entries = bases.map((base, i) => [i, { base, isChainSeparated: false }])
      return () => declareContexts(Object.fromEntries(entries))
    }
    assert.doesNotThrow(declare('a', 'b'))
    assert.throws(declare('a', 'a'), { name: 'BugError' })
    assert.throws(declare(''), { name: 'BugError' })
    assert.throws(declare('a for chain b'), { name: 'BugError' })
    assert.doesNotThrow(declare('a'.repeat(SIGNATURE_CONTEXT_BYTES_MAX)))
    assert.throws(declare('a'.repeat(SIGNATURE_CONTEXT_BYTES_MAX + 1)), { name: 'BugError' })
  })
})
