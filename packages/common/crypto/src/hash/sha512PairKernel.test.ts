import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import { addSha512 } from './sha512Kernel.ts'
import { addSha512Pair } from './sha512PairKernel.ts'

const SCRATCH = 1024
const PAIR_SCRATCH = 2048

interface PairKernel {
  hash(a: number, sizeA: number, targetA: number, b: number, sizeB: number, targetB: number): void
}

describe('SHA-512/256 of two messages at once', () => {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const single = addSha512(m, { constants: 0, scratch: SCRATCH })
  const pair = addSha512Pair(m, { constants: 0, scratch: PAIR_SCRATCH }, single)
  m.function({ name: 'hash', params: pair.signature.params }, (f, ...args) => {
    f.run(pair, ...args)
  })
  const kernel = instantiate<PairKernel>(m)
  const memory = new Uint8Array(kernel.memory.buffer)
  const expected = (message: Uint8Array): Uint8Array =>
    Uint8Array.from(createHash('sha512-256').update(message).digest())

  it('gives both digests, whatever the sizes and wherever the messages lie', () => {
    for (let sizeA = 0; sizeA <= 130; sizeA++) {
      for (const sizeB of [0, 1, 64, 100, 111, 112, 130 - sizeA, 300]) {
        const a = Uint8Array.from({ length: sizeA }, (_, i) => (i * 31 + sizeB) & 255)
        const b = Uint8Array.from({ length: sizeB }, (_, i) => (i * 17 + sizeA) & 255)
        memory.fill(0xa5, 32_768)
        memory.set(a, 32_768)
        memory.set(b, PAGE_BYTES - sizeB)
        kernel.hash(32_768, sizeA, 8192, PAGE_BYTES - sizeB, sizeB, 8224)
        assert.deepEqual(memory.slice(8192, 8224), expected(a), `${sizeA} of ${sizeA}, ${sizeB}`)
        assert.deepEqual(memory.slice(8224, 8256), expected(b), `${sizeB} of ${sizeA}, ${sizeB}`)
      }
    }
  })
})
