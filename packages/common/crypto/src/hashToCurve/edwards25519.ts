/**
 * Points of edwards25519 whose logarithm nobody knows (RFC 9380, suites
 * edwards25519_XMD:SHA-512_ELL2_RO_ and _NU_). In variable time.
 */

import { MAPPED_BYTES, placeNumber } from '../ed25519/kernel/elligator.ts'
import { ed25519Kernel, type Kernel } from '../ed25519/kernel/kernel.ts'
import * as layout from '../ed25519/kernel/layout.ts'
import { expandMessageXmd } from '../hash/expandMessage.ts'
import { SHA512 } from '../hash/sha512.ts'

const NUMBER_BYTES = 2 * layout.WORD_BYTES
const COFACTOR_DOUBLINGS = 3
const [P0, P1] = [layout.WORK_POINTS, layout.WORK_POINTS + layout.POINT_BYTES] as const

/** What is hashed: the domain separates uses from each other. */
export interface DomainMessage {
  readonly domain: Uint8Array
  readonly message: Uint8Array
}

/** Suite _RO_: the canonical bytes of a point like a random one. */
export function hashToEdwards25519(domain: Uint8Array, message: Uint8Array): Uint8Array {
  const kernel = ed25519Kernel()
  const uniform = expandMessageXmd(SHA512, message, domain, 2 * MAPPED_BYTES)
  placeNumber(kernel.bytes, layout.IO, uniform.subarray(0, MAPPED_BYTES))
  placeNumber(kernel.bytes, layout.IO + NUMBER_BYTES, uniform.subarray(MAPPED_BYTES))
  kernel.mapToCurve(layout.IO, P0, P1)
  kernel.addPoint(P0, P1)
  kernel.doubleTimes(P0, COFACTOR_DOUBLINGS)
  return bytesOfFirst(kernel)
}

/** Suite _NU_: the canonical bytes; faster, and only about half of the points can come out. */
export function encodeToEdwards25519(domain: Uint8Array, message: Uint8Array): Uint8Array {
  const kernel = ed25519Kernel()
  encodeIntoKernel(kernel, { domain, message }, [P0, P1])
  return bytesOfFirst(kernel)
}

function bytesOfFirst(kernel: Kernel): Uint8Array {
  kernel.compress(P0, P0, layout.IO, layout.IO)
  return kernel.bytes.slice(layout.IO, layout.IO + layout.WORD_BYTES)
}

/**
 * Suite _NU_: the point into the first slot of a kernel; the second slot is overwritten.
 * PERF: 0.1 of noble's time, with the bytes: one power, and no inversion before the encoding.
 */
export function encodeIntoKernel(
  kernel: Kernel,
  { domain, message }: DomainMessage,
  [target, spare]: readonly [number, number],
): void {
  placeNumber(kernel.bytes, layout.IO, expandMessageXmd(SHA512, message, domain, MAPPED_BYTES))
  kernel.mapToCurve(layout.IO, target, spare)
  kernel.doubleTimes(target, COFACTOR_DOUBLINGS)
}
