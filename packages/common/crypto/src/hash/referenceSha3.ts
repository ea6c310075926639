/**
 * Keccak as FIPS 202 writes it, lane by lane in big integers: what the kernel is tested against.
 * Slow, and not in constant time.
 */

import { concatBytes } from '@wadi/base/bytes'

/** Lane (x, y) is element x + 5y. */
type Lanes = readonly bigint[]

const LANE_BITS = 64n
const ROUNDS = 24
const STATE_BYTES = 200

const at = (x: number, y: number): number => ((x + 5) % 5) + 5 * (y % 5)
const mapLanes = (make: (x: number, y: number) => bigint): Lanes =>
  Array.from({ length: 25 }, (_, i) => make(i % 5, Math.floor(i / 5)))

function rotate(lane: bigint, by: bigint): bigint {
  const left = by % LANE_BITS
  return BigInt.asUintN(64, (lane << left) | (lane >> (LANE_BITS - left)))
}

/** 3.2.1: each bit takes in the parities of two columns. */
function theta(lanes: Lanes): Lanes {
  const parity = [0, 1, 2, 3, 4].map((x) =>
    [0, 1, 2, 3, 4].reduce((sum, y) => sum ^ lanes[at(x, y)]!, 0n),
  )
  return mapLanes((x, y) => {
    return lanes[at(x, y)]! ^ parity[(x + 4) % 5]! ^ rotate(parity[(x + 1) % 5]!, 1n)
  })
}

/** 3.2.2: each lane is turned by its own number of bits. */
function rho(lanes: Lanes): Lanes {
  const turned = [...lanes]
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    turned[at(x, y)] = rotate(lanes[at(x, y)]!, BigInt(((t + 1) * (t + 2)) / 2))
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return turned
}

/** 3.2.3: lanes change places. */
const pi = (lanes: Lanes): Lanes => mapLanes((x, y) => lanes[at(x + 3 * y, x)]!)

/** 3.2.4: the step that is not linear, along rows. */
function chi(lanes: Lanes): Lanes {
  return mapLanes((x, y) => {
    const next = BigInt.asUintN(64, ~lanes[at(x + 1, y)]!)
    return lanes[at(x, y)]! ^ (next & lanes[at(x + 2, y)]!)
  })
}

/** 3.2.5, rc(t): the bits of a shift register with the polynomial x⁸ + x⁶ + x⁵ + x⁴ + 1. */
function registerBit(t: number): bigint {
  let register = 1
  for (let i = 0; i < t % 255; i++) {
    register <<= 1
    if (register > 0xff) register ^= 0x171
  }
  return BigInt(register & 1)
}

/** 3.2.5: the first lane takes in a constant of the round. */
function iota(lanes: Lanes, round: number): Lanes {
  let constant = 0n
  for (let j = 0; j <= 6; j++) {
    constant |= registerBit(j + 7 * round) << BigInt(2 ** j - 1)
  }
  return lanes.map((lane, i) => (i === 0 ? lane ^ constant : lane))
}

function permute(state: Uint8Array): Uint8Array {
  const before = new DataView(state.buffer, state.byteOffset)
  let lanes = mapLanes((x, y) => before.getBigUint64(8 * at(x, y), true))
  for (let round = 0; round < ROUNDS; round++) {
    lanes = iota(chi(pi(rho(theta(lanes)))), round)
  }
  const after = new DataView(new ArrayBuffer(STATE_BYTES))
  lanes.forEach((lane, i) => {
    after.setBigUint64(8 * i, lane, true)
  })
  return new Uint8Array(after.buffer)
}

/**
 * 4: a sponge that takes in blocks of `rate` bytes. The bits of `suffix` stand between the message
 * and the padding, the first one of the padding included: 0x06 for SHA-3, 0x1f for SHAKE, 0x01 for
 * the Keccak of before.
 */
export function referenceKeccak(
  sponge: { readonly rate: number; readonly suffix: number },
  message: Uint8Array,
  size: number,
): Uint8Array {
  const { rate, suffix } = sponge
  const padding = new Uint8Array(rate - (message.length % rate))
  padding[0]! |= suffix
  padding[padding.length - 1]! |= 0x80
  const padded = concatBytes(message, padding)
  let state: Uint8Array = new Uint8Array(STATE_BYTES)
  for (let from = 0; from < padded.length; from += rate) {
    const block = padded.subarray(from, from + rate)
    state = permute(state.map((byte, i) => byte ^ (block[i] ?? 0)))
  }
  const squeezed = [state.subarray(0, rate)]
  while (squeezed.length * rate < size) {
    state = permute(state)
    squeezed.push(state.subarray(0, rate))
  }
  return concatBytes(...squeezed).subarray(0, size)
}
