import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { v128 } from '@wadi/base/wasm/expression'
import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import {
  addSha512,
  bigEndian,
  SHA512_CONSTANT_BYTES,
  SHA512_SCRATCH_BYTES,
} from './sha512Kernel.ts'

const CONSTANTS = 512
const SCRATCH = 16_384
const MESSAGE_SIZE_MAX = 400

describe('SHA-512/256 inside another kernel', () => {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const { hashTrunc256, writeTrunc256OfBlock } = addSha512(m, {
    constants: CONSTANTS,
    scratch: SCRATCH,
  })
  m.function({ name: 'hash', params: hashTrunc256.signature.params }, (f, ...args) => {
    f.run(hashTrunc256, ...args)
  })
  // A message of 96 bytes at `message`, its padding known beforehand.
  m.function({ name: 'hash96', params: ['i32', 'i32'] }, (f, message, target) => {
    const pairs = [0, 16, 32, 48, 64, 80].map((at) => bigEndian(v128.load(message, at)))
    writeTrunc256OfBlock(f, [...pairs, [1n << 63n, 0n], [0n, 8n * 96n]], target)
  })
  // A block that is known as a whole: the empty message.
  m.function({ name: 'hashNone', params: ['i32'] }, (f, target) => {
    const none = [0n, 0n] as const
    writeTrunc256OfBlock(f, [[1n << 63n, 0n], ...Array.from({ length: 7 }, () => none)], target)
  })
  const kernel = instantiate<{
    hash(message: number, size: number, target: number): void
    hash96(message: number, target: number): void
    hashNone(target: number): void
  }>(m)
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

  it('hashes a block that is put together in registers, known words or not', () => {
    for (let turn = 0; turn < 50; turn++) {
      const message = Uint8Array.from({ length: 96 }, (_, i) => ((i + 1) * (turn + 7) * 37) >> 2)
      memory.set(message, 20_001)
      kernel.hash96(20_001, 20_003)
      const digest = createHash('sha512-256').update(message).digest()
      assert.deepEqual(memory.slice(20_003, 20_035), Uint8Array.from(digest))
    }
    kernel.hashNone(20_005)
    const digest = createHash('sha512-256').digest()
    assert.deepEqual(memory.slice(20_005, 20_037), Uint8Array.from(digest))
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
