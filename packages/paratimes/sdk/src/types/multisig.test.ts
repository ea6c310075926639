import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { alice, bob, dave } from '../testing/testKeys.ts'
import { isGoodConfig, type MultisigConfig, selectSignatures } from './multisig.ts'
import { U64_MAX } from './token.ts'

const keys = [alice, bob, dave].map(({ signer }) => signer.publicKey)
const signature = new Uint8Array(64)

function configOf(weights: readonly bigint[], threshold: bigint): MultisigConfig {
  return { signers: weights.map((weight, i) => ({ publicKey: keys[i]!, weight })), threshold }
}

describe('accounts of several keys', () => {
  it('have thresholds and weights above zero that can be reached', () => {
    assert.ok(isGoodConfig(configOf([1n, 2n], 3n)))
    for (const bad of [configOf([1n, 2n], 0n), configOf([1n, 0n], 1n), configOf([1n, 2n], 4n)]) {
      assert.equal(isGoodConfig(bad), false)
    }
  })

  it('have weights whose sum fits 64 bits', () => {
    assert.ok(isGoodConfig(configOf([U64_MAX - 1n, 1n], U64_MAX)))
    assert.equal(isGoodConfig(configOf([U64_MAX, 1n], 1n)), false)
  })

  it('have every key once', () => {
    const { signers } = configOf([1n], 1n)
    assert.equal(isGoodConfig({ signers: [...signers, ...signers], threshold: 1n }), false)
  })

  it('need as many places as keys, and enough weight', () => {
    const config = configOf([1n, 1n, 2n], 2n)
    const sentenceOf = (signatures: readonly (Uint8Array | undefined)[]) => {
      const selection = selectSignatures(config, signatures)
      return selection.kind === 'refused' ? selection.sentence : selection.signatures.length
    }
    assert.equal(sentenceOf([signature, signature]), 'invalid signature set')
    assert.equal(sentenceOf([signature, undefined, undefined]), 'insufficient weight')
    assert.equal(sentenceOf([signature, signature, undefined]), 2)
    assert.equal(sentenceOf([undefined, undefined, signature]), 1)
    assert.equal(sentenceOf([signature, signature, signature]), 3)
  })
})
