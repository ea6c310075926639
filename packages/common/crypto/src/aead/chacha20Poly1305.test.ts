import { chacha20Poly1305 } from './chacha20Poly1305.ts'
import { testAead } from './compliance/aeadCompliance.ts'
import { testChaCha20Poly1305Vectors } from './compliance/chacha20Poly1305Vectors.ts'

testAead('chacha20Poly1305', chacha20Poly1305)
testChaCha20Poly1305Vectors('chacha20Poly1305', chacha20Poly1305)
