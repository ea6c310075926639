import { bench, run } from 'mitata'
import { expandUniform } from './secretKey.ts'
import { signSr25519, verifySr25519 } from './sr25519.ts'
import { hashedTranscript } from './transcript.ts'

const key = expandUniform(new Uint8Array(32).fill(1))
const random = new Uint8Array(32).fill(2)
const transcript = hashedTranscript(random, random)
const signature = signSr25519(key, transcript, random)

bench('sign', () => signSr25519(key, transcript, random))
bench('verify', () => verifySr25519(key.publicKey, transcript, signature))

await run()
