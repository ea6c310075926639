import { bench, run } from 'mitata'
import type { DigestCheck, Ecdsa } from './ecdsa.ts'
import { secp256k1, secp256r1, secp384r1 } from './nobleEcdsa.ts'
import { recoverPublicKey, signRecoverable } from './recoverable.ts'

function checkOn(curve: Ecdsa): DigestCheck {
  const privateKey = new Uint8Array(curve.digestBytes).fill(3)
  const digest = new Uint8Array(curve.digestBytes).fill(4)
  const signature = curve.signDigest(privateKey, digest)
  return { publicKey: curve.publicKey(privateKey), digest, signature, highS: 'accept' }
}

for (const curve of [secp256k1, secp256r1, secp384r1]) {
  const check = checkOn(curve)
  bench(`${curve.curve} verify`, () => curve.verifyDigest(check))
}
const digest = new Uint8Array(32).fill(4)
const signature = signRecoverable(new Uint8Array(32).fill(3), digest)
bench('secp256k1 recover', () => recoverPublicKey(digest, signature, 'refuse'))

await run()
