import { testEd25519 } from './compliance/ed25519Compliance.ts'
import { kernelEd25519 } from './provider.ts'

testEd25519('the kernel', kernelEd25519)
