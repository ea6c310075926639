import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import type { Ecdsa, EcdsaVerifier } from '@wadi/crypto/ecdsa/ecdsa'
import { secp256k1, secp256r1, secp384r1 } from '@wadi/crypto/ecdsa/nobleEcdsa'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { SHA384, sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { bench, run, summary } from 'mitata'
import { nativeChaCha20Poly1305 } from './chacha20Poly1305.ts'
import { nativeSecp256k1, nativeSecp256r1, nativeSecp384r1 } from './ecdsa.ts'
import { hashLong } from './sha512Trunc256.ts'
import { nativeX25519 } from './x25519.ts'

const one = new Uint8Array(32).fill(1)
const other = x25519.publicKey(new Uint8Array(32).fill(2))
summary(() => {
  bench('X25519 by the kernel', () => x25519.agree(one, other))
  bench('X25519 by OpenSSL', () => nativeX25519.agree(one, other))
})

const keys = [chacha20Poly1305.useKey(one), nativeChaCha20Poly1305.useKey(one)] as const
const nonce = new Uint8Array(12)
for (const size of [100, 1024]) {
  const text = new Uint8Array(size)
  summary(() => {
    bench(`seal ${size} B by noble`, () => keys[0].seal(nonce, text, nonce))
    bench(`seal ${size} B by OpenSSL`, () => keys[1].seal(nonce, text, nonce))
  })
}

function compare(signer: Ecdsa, verifier: EcdsaVerifier): void {
  const privateKey = new Uint8Array(signer.digestBytes).fill(3)
  const hash = signer.curve === 'secp384r1' ? 'sha384' : 'sha256'
  const digest = hash === 'sha384' ? SHA384.hash(one) : sha256(one)
  const signature = signer.signDigest(privateKey, digest)
  const publicKey = signer.publicKey(privateKey)
  const check = { publicKey, signature, hash, message: one, highS: 'accept' } as const
  summary(() => {
    bench(`${signer.curve} by noble`, () => signer.verifyMessage(check))
    bench(`${signer.curve} by OpenSSL`, () => verifier.verifyMessage(check))
  })
}
compare(secp256k1, nativeSecp256k1)
compare(secp256r1, nativeSecp256r1)
compare(secp384r1, nativeSecp384r1)

const long = new Uint8Array(100_000)
summary(() => {
  bench('SHA-512/256 of 100 kB by the kernel', () => sha512Trunc256(long))
  bench('SHA-512/256 of 100 kB by OpenSSL', () => hashLong(long))
})

await run()
