import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { bench, run, summary } from 'mitata'
import { createX25519Kernel } from './kernel.ts'
import { referenceX25519 } from './reference.ts'
import { createX25519, x25519 } from './x25519.ts'

const one = new Uint8Array(32).fill(1)
const other = x25519.publicKey(new Uint8Array(32).fill(2))
const plainKernel = createX25519Kernel('plain')
const plain = createX25519(() => plainKernel)
const jwk = {
  kty: 'OKP',
  crv: 'X25519',
  x: Buffer.from(x25519.publicKey(one)).toString('base64url'),
}
const kept = {
  privateKey: createPrivateKey({
    key: { ...jwk, d: Buffer.from(one).toString('base64url') },
    format: 'jwk',
  }),
  publicKey: createPublicKey({
    key: { ...jwk, x: Buffer.from(other).toString('base64url') },
    format: 'jwk',
  }),
}

summary(() => {
  bench('an agreement by noble', () => referenceX25519.agree(one, other))
  bench('an agreement in the kernel', () => x25519.agree(one, other))
  bench('an agreement in the kernel without fused products', () => plain.agree(one, other))
  bench('an agreement by OpenSSL with kept keys', () => diffieHellman(kept))
})
summary(() => {
  bench('a public key by noble', () => referenceX25519.publicKey(one))
  bench('a public key in the kernel', () => x25519.publicKey(one))
})

await run()
