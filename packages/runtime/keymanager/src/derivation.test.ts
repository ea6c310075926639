import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { Namespace } from '@wadi/primitives/namespace'
import { type KeyPair, KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import {
  checksumOfEphemeralSecret,
  checksumOfMasterSecret,
  deriveEphemeralKeys,
  deriveLongTermKeys,
  deriveSigner,
} from './derivation.ts'

interface Vector {
  readonly masterSecret: string
  readonly ephemeralSecret: string
  readonly runtimeId: string
  readonly keyPairId: string
  readonly epoch: string
  readonly longTerm: { readonly sk: string; readonly pk: string }
  readonly ephemeral: { readonly sk: string; readonly pk: string }
}

const file = new URL('../vectors/derivedKeys.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[]

const secretOf = (hex: string) => new Secret(parseHex(hex))

function hexOf({ inputKeypair: { sk, pk } }: KeyPair) {
  return { sk: toHex(sk), pk: toHex(pk) }
}

describe('keys of runtimes', () => {
  for (const [index, vector] of vectors.entries()) {
    it(`derivedKeys ${index}: are those of the reference`, () => {
      const runtimeId = parseHex(vector.runtimeId)
      const keyPairId = KeyPairId.check(parseHex(vector.keyPairId))
      const owner = { runtimeId, keyPairId }
      const longTerm = deriveLongTermKeys('insecure', secretOf(vector.masterSecret), owner)
      assert.deepEqual(hexOf(longTerm), vector.longTerm)
      const ephemeral = deriveEphemeralKeys('insecure', secretOf(vector.ephemeralSecret), {
        ...owner,
        epoch: BigInt(vector.epoch),
      })
      assert.deepEqual(hexOf(ephemeral), vector.ephemeral)
    })
  }

  it('are others for every secret, owner, epoch and build, and so is all that is derived', () => {
    const runtimeId = Namespace.zero
    const other = Namespace.check(new Uint8Array(32).fill(1, 8))
    const owner = { runtimeId, keyPairId: KeyPairId.zero }
    const all: string[] = []
    for (const build of ['secure', 'insecure'] as const) {
      for (const secret of [secretOf('11'.repeat(32)), secretOf('22'.repeat(32))]) {
        for (const one of [owner, { ...owner, runtimeId: other }]) {
          const pairs = [
            deriveLongTermKeys(build, secret, one),
            deriveEphemeralKeys(build, secret, { ...one, epoch: 1n }),
            deriveEphemeralKeys(build, secret, { ...one, epoch: 2n }),
          ]
          all.push(
            ...pairs.flatMap(({ inputKeypair: { sk }, stateKey }) => [sk, stateKey].map(toHex)),
          )
          all.push(
            toHex(deriveSigner(build, secret, one.runtimeId).publicKey),
            toHex(checksumOfMasterSecret(build, secret, one.runtimeId)),
            toHex(
              checksumOfEphemeralSecret(build, secret, { keyManagerId: one.runtimeId, epoch: 1n }),
            ),
          )
        }
      }
    }
    assert.equal(new Set(all).size, all.length)
  })
})
