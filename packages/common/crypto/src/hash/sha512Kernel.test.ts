import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import { addSha512, SHA512_CONSTANT_BYTES, SHA512_SCRATCH_BYTES } from './sha512Kernel.ts'

const CONSTANTS = 512
const SCRATCH = 16_384
const MESSAGE_SIZE_MAX = 400

describe('SHA-512/256 inside another kernel', () => {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const { hashTrunc256 } = addSha512(m, { constants: CONSTANTS, scratch: SCRATCH })
  m.function({ name: 'hash', params: hashTrunc256.signature.params }, (f, ...args) => {
    f.run(hashTrunc256, ...args)
  })
  const kernel = instantiate<{ hash(message: number, size: number, target: number): void }>(m)
  const memory = new Uint8Array(kernel.memory.buffer)

  it('hashes where the message lies: anywhere, up to the last byte of the memory', () => {
    for (let size = 0; size <= MESSAGE_SIZE_MAX; size++) {
      const message = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255)
      const digest = createHash('sha512-256').update(message).digest()
      for (const at of [32_768, 40_003, PAGE_BYTES - size]) {
        // What lies behind the message must not matter.
        memory.fill(0xa5, at, Math.min(at + size + 256, PAGE_BYTES))
        memory.set(message, at)
        kernel.hash(at, size, 30_001)
        assert.deepEqual(memory.slice(30_001, 30_033), Uint8Array.from(digest), `${size} at ${at}`)
      }
    }
  })

  it('may write the digest over the message', () => {
    const message = Uint8Array.from({ length: 100 }, (_, i) => i)
    memory.set(message, 20_000)
    kernel.hash(20_000, 100, 20_000)
    const digest = createHash('sha512-256').update(message).digest()
    assert.deepEqual(memory.slice(20_000, 20_032), Uint8Array.from(digest))
  })

  it('touches nothing but the target and its scratch', () => {
    const before = memory.slice()
    kernel.hash(40_000, 300, 50_000)
    const isOurs = (at: number): boolean =>
      (at >= SCRATCH && at < SCRATCH + SHA512_SCRATCH_BYTES) || (at >= 50_000 && at < 50_032)
    const changed = memory.findIndex((byte, at) => byte !== before[at] && !isOurs(at))
    assert.equal(changed, -1)
    assert.ok(
      before.subarray(CONSTANTS, CONSTANTS + SHA512_CONSTANT_BYTES).some((byte) => byte !== 0),
    )
  })
})
