import { bench, run, summary } from 'mitata'
import { publicKeyOfSeed } from '../ed25519/sign.ts'
import { encodeToEdwards25519 } from '../hashToCurve/edwards25519.ts'
import { encodeByReference } from '../hashToCurve/reference.ts'
import { proveOutput, verifyProof } from './vrf.ts'

const seed = new Uint8Array(32).fill(1)
const key = { seed, publicKey: publicKeyOfSeed(seed) }
const domain = new Uint8Array(40).fill(2)
const alpha = new Uint8Array(40).fill(3)
const proof = proveOutput(key, alpha)

summary(() => {
  bench('verifying a proof', () => verifyProof(key.publicKey, alpha, proof))
  bench('making a proof', () => proveOutput(key, alpha))
  bench('encoding to the curve, kernel', () => encodeToEdwards25519(domain, alpha))
  bench('encoding to the curve, noble', () => encodeByReference({ domain, message: alpha }))
})

await run()
