import { bench, run, summary } from 'mitata'
import { chacha20Poly1305 } from './chacha20Poly1305.ts'
import { fastChaCha20Poly1305 } from './fastChaCha20Poly1305.ts'

const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)]
const [fast, plain] = [fastChaCha20Poly1305.useKey(key), chacha20Poly1305.useKey(key)]
/** The second is a frame of a secret connection. */
for (const size of [100, 1028]) {
  const text = new Uint8Array(size)
  const sealed = plain.seal(nonce, text, none)
  summary(() => {
    bench(`seal ${size} B in the kernel`, () => fast.seal(nonce, text, none))
    bench(`seal ${size} B by noble`, () => plain.seal(nonce, text, none))
  })
  summary(() => {
    bench(`open ${size} B in the kernel`, () => fast.open(nonce, sealed, none))
    bench(`open ${size} B by noble`, () => plain.open(nonce, sealed, none))
  })
}

await run()
