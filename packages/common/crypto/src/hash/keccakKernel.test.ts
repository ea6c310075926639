import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import { addKeccak } from './keccakKernel.ts'

const TARGET = 30_001

describe('Keccak inside another kernel', () => {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const { addHash } = addKeccak(m, { constants: 512, scratch: 16_384 })
  const hash = addHash({ rate: 136, suffix: 6 }, 32)
  m.function({ name: 'hash', params: hash.signature.params }, (f, ...args) => {
    f.run(hash, ...args)
  })
  const kernel = instantiate<{ hash(message: number, size: number, target: number): void }>(m)
  const memory = new Uint8Array(kernel.memory.buffer)

  it('hashes where the message lies: anywhere, up to the last byte of the memory', () => {
    for (let size = 0; size <= 400; size++) {
      const message = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255)
      const digest = createHash('sha3-256').update(message).digest()
      for (const at of [32_768, 40_003, PAGE_BYTES - size]) {
        // What lies behind the message must not matter.
        memory.fill(0xa5, at, Math.min(at + size + 256, PAGE_BYTES))
        memory.set(message, at)
        kernel.hash(at, size, TARGET)
        assert.deepEqual(
          memory.slice(TARGET, TARGET + 32),
          Uint8Array.from(digest),
          `${size} at ${at}`,
        )
      }
    }
  })
})
