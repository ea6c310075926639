import { createPublicKey, verify } from 'node:crypto'
import { bench, run, summary } from 'mitata'
import { verifySignatures } from './batch.ts'
import { publicKeyOfSeed, signMessage } from './sign.ts'
import { verifySignature } from './verify.ts'

const signed = Array.from({ length: 64 }, (_, i) => {
  const seed = new Uint8Array(32).fill(i)
  const publicKey = publicKeyOfSeed(seed)
  const message = new Uint8Array(32).fill(i)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }
  const native = createPublicKey({ key: jwk, format: 'jwk' })
  return { publicKey, message, signature: signMessage({ seed, publicKey }, message), native, seed }
})
const allBad = signed.map((item) => ({ ...item, message: Uint8Array.of(1) }))
const oneBad = signed.map((item, i) => (i === 7 ? allBad[7]! : item))

summary(() => {
  bench('64 signatures, node:crypto one by one', () => {
    for (const { message, native, signature } of signed) verify(null, message, native, signature)
  })
  bench('64 signatures, kernel one by one', () => {
    for (const item of signed) verifySignature(item)
  })
  bench('64 signatures, batch', () => verifySignatures(signed))
  bench('64 signatures, batch with one bad', () => verifySignatures(oneBad))
  bench('64 signatures, batch of bad ones', () => verifySignatures(allBad))
  bench('64 times signing', () => {
    for (const item of signed) signMessage(item, item.message)
  })
})

await run()
