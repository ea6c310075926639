/** Ed25519: 64 signatures by distinct keys over distinct messages, one by one and as a batch. */

import { createPublicKey, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { assert } from '@wadi/base/errors'
import { verifySignatures } from '@wadi/crypto/ed25519/batch'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { verifySignature } from '@wadi/crypto/ed25519/verify'
import sodium from 'sodium-native'
import { goPeer } from '../src/goPeer.ts'
import type { Contender, Scenario } from '../src/scenario.ts'

const BATCH = 64
const NODE = 'node:crypto, one by one'

function signedMessages() {
  return Array.from({ length: BATCH }, (_, i) => {
    const seed = new Uint8Array(32).fill(i + 1)
    const publicKey = publicKeyOfSeed(seed)
    const message = Buffer.from(`message ${i}`.padEnd(150, '.'))
    const signature = signMessage({ seed, publicKey }, message)
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }
    return { publicKey, message, signature, native: createPublicKey({ key: jwk, format: 'jwk' }) }
  })
}

function create(): readonly Contender[] {
  const good = signedMessages()
  const bad = good.map((item) => ({ ...item, message: Buffer.from('another message') }))
  const oneBad = good.map((item, i) => (i === 7 ? (bad[7] ?? item) : item))
  const all = (check: (item: (typeof good)[number]) => boolean) => () => {
    for (const item of good) assert(check(item), 'every signature verifies')
  }
  const count = (items: typeof good, wanted: number) => () => {
    const valid = verifySignatures(items).filter((verdict) => verdict).length
    assert(valid === wanted, 'the batch finds the bad ones')
  }
  const contenders: readonly Contender[] = [
    { name: NODE, run: all((s) => verify(null, s.message, s.native, s.signature)) },
    { name: 'wadi, batch', run: count(good, BATCH) },
    { name: 'wadi, batch with one bad', run: count(oneBad, BATCH - 1) },
    { name: 'wadi, batch of bad ones', run: count(bad, 0) },
    { name: 'wadi, one by one', run: all(verifySignature) },
    {
      name: 'sodium-native, one by one',
      run: all((s) =>
        sodium.crypto_sign_verify_detached(
          Buffer.from(s.signature),
          s.message,
          Buffer.from(s.publicKey),
        ),
      ),
    },
    {
      name: 'noble, one by one',
      run: all((s) => ed25519.verify(s.signature, s.message, s.publicKey, { zip215: true })),
    },
  ]
  return [
    ...contenders.map((contender) => ({ ...contender, operations: BATCH })),
    goPeer('reference (Go), one by one', 'ed25519', 'single'),
    goPeer('reference (Go), batch', 'ed25519', 'batch64'),
  ]
}

export const scenarios: readonly Scenario[] = [
  {
    name: `ed25519/${BATCH}-signatures`,
    yardstick: NODE,
    goals: [
      { contender: 'wadi, batch', atLeast: 2.5, times: NODE },
      // No input makes the slow path an attack: what all are refused costs no more than OpenSSL.
      { contender: 'wadi, batch of bad ones', atLeast: 1, times: NODE },
      { contender: 'wadi, batch with one bad', atLeast: 1, times: NODE },
    ],
    create,
  },
]
