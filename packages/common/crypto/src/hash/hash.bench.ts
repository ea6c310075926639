/**
 * The kernels against Node's own hashes, on inputs of the size of a tree node, in one process.
 * Prints ratios: how many times the speed of `crypto.hash`. Run it with `node`.
 */

import { hash } from 'node:crypto'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import { addKeccak } from './keccakKernel.ts'
import { keccak256, SHA3_256 } from './sha3.ts'
import { sha256 } from './sha256.ts'
import { sha512, sha512Trunc256 } from './sha512.ts'
import { addSha512 } from './sha512Kernel.ts'
import { addSha512Pair } from './sha512PairKernel.ts'

const MESSAGE_BYTES = 100
const CALLS = 2000
const TURNS = 40

interface InPlaceKernel {
  readonly memory: KernelMemory
  trunc256(message: number, size: number, target: number): void
  pair(a: number, sizeA: number, targetA: number, b: number, sizeB: number, targetB: number): void
  sha3(message: number, size: number, target: number): void
}

function startInPlace(): InPlaceKernel {
  const m = new ModuleBuilder({ pagesMin: 2, pagesMax: 2 })
  const single = addSha512(m, { constants: 0, scratch: 1024 })
  const pair = addSha512Pair(m, { constants: 0, scratch: 2048 }, single)
  m.function({ name: 'pair', params: pair.signature.params }, (f, ...args) => f.run(pair, ...args))
  const sha3 = addKeccak(m, { constants: 3072, scratch: 3328 }).addHash(
    { rate: 136, suffix: 6 },
    32,
  )
  for (const [name, target] of [
    ['trunc256', single.hashTrunc256],
    ['sha3', sha3],
  ] as const) {
    m.function({ name, params: target.signature.params }, (f, ...args) => f.run(target, ...args))
  }
  return instantiate<InPlaceKernel>(m)
}

/** Milliseconds of a turn. The clock of CPU time is too coarse for one; the fastest turn counts. */
function measure(run: () => void): number {
  const before = performance.now()
  for (let i = 0; i < CALLS; i++) run()
  return performance.now() - before
}

/** The fastest turn of each contender; the turns are interleaved. */
function compare(yardstick: () => void, contenders: Readonly<Record<string, () => void>>): void {
  const runs = [yardstick, ...Object.values(contenders)]
  const best = runs.map(() => Number.POSITIVE_INFINITY)
  for (let turn = 0; turn < TURNS; turn++) {
    runs.forEach((run, i) => {
      best[i] = Math.min(best[i]!, measure(run))
    })
  }
  Object.keys(contenders).forEach((name, i) => {
    console.log(`${name.padEnd(34)} ${(best[0]! / best[i + 1]!).toFixed(2)}`)
  })
}

const message = Uint8Array.from({ length: MESSAGE_BYTES }, (_, i) => i * 37)
const kernel = startInPlace()
new Uint8Array(kernel.memory.buffer).set(message, PAGE_BYTES)

/** Hashes two messages in every other call, so that a call is one hash. */
let isSecond = false
function pairTurn(): void {
  isSecond = !isSecond
  if (isSecond) kernel.pair(PAGE_BYTES, MESSAGE_BYTES, 4096, PAGE_BYTES, MESSAGE_BYTES, 4128)
}

compare(() => hash('sha512-256', message, 'buffer'), {
  'SHA-512/256 in place, half a pair': () => pairTurn(),
  'SHA-512/256 in place': () => kernel.trunc256(PAGE_BYTES, MESSAGE_BYTES, 4096),
  'SHA-512/256': () => sha512Trunc256(message),
})
compare(() => hash('sha512', message, 'buffer'), { 'SHA-512': () => sha512(message) })
compare(() => hash('sha256', message, 'buffer'), { 'SHA-256': () => sha256(message) })
compare(() => hash('sha3-256', message, 'buffer'), {
  'SHA3-256 in place': () => kernel.sha3(PAGE_BYTES, MESSAGE_BYTES, 4096),
  'SHA3-256': () => SHA3_256.hash(message),
  'Keccak-256': () => keccak256(message),
})
