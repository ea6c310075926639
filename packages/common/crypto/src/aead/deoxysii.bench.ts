import { AEAD as PublishedDeoxysii } from '@oasisprotocol/deoxysii'
import { bench, run, summary } from 'mitata'
import { chacha20Poly1305 } from './chacha20Poly1305.ts'
import { createDeoxysii, deoxysii } from './deoxysii.ts'

const keyBytes = new Uint8Array(32).fill(1)
const nonce = new Uint8Array(15).fill(2)
const none = new Uint8Array(0)
const published = new PublishedDeoxysii(keyBytes.slice())
const relaxed = createDeoxysii('relaxed').useKey(keyBytes)
const portable = createDeoxysii('portable').useKey(keyBytes)
const chacha = chacha20Poly1305.useKey(keyBytes)

for (const size of [100, 1024]) {
  const text = new Uint8Array(size).fill(3)
  const sealed = relaxed.seal(nonce, text, none)
  summary(() => {
    bench(`seal ${size} B: @oasisprotocol/deoxysii`, () => published.encrypt(nonce, text))
    bench(`seal ${size} B: kernel, relaxed`, () => relaxed.seal(nonce, text, none))
    bench(`seal ${size} B: kernel, portable`, () => portable.seal(nonce, text, none))
    bench(`open ${size} B: kernel, relaxed`, () => relaxed.open(nonce, sealed, none))
    bench(`seal ${size} B: ChaCha20-Poly1305 of noble`, () =>
      chacha.seal(nonce.subarray(0, 12), text, none),
    )
  })
}
bench('use a key', () => deoxysii.useKey(keyBytes))

await run()
