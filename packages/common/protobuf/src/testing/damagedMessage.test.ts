import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { decode, encode } from '../codec.ts'
import { field, message, repeated } from '../message.ts'
import { bytes, int64, text } from '../scalars.ts'
import { damagedMessage } from './damagedMessage.ts'

const Inner = message({ height: field(1, int64), hash: field(2, bytes) })
const Outer = message({ name: field(1, text), inner: repeated(2, Inner) })
const inner = { height: 5n, hash: parseHex('aabbcc') }
const GOOD = encode(Outer, { name: 'block', inner: [inner, inner] })

describe('A damaged message', () => {
  it('is mostly another, often still a message, and the same for a seed', () => {
    const seen = new Map<string, 'message' | 'none'>()
    const [random, again] = [new SeededRandom(1n), new SeededRandom(1n)]
    for (let i = 0; i < 2_000; i++) {
      const damaged = damagedMessage(random, GOOD)
      assert.ok(equalBytes(damaged, damagedMessage(again, GOOD)))
      try {
        decode(Outer, damaged)
        seen.set(toHex(damaged), 'message')
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        seen.set(toHex(damaged), 'none')
      }
    }
    const messages = [...seen.values()].filter((kind) => kind === 'message').length
    assert.ok(seen.size > 1_000, `${seen.size} different ones`)
    assert.ok(messages > 0.3 * seen.size && messages < 0.9 * seen.size, `${messages} messages`)
  })

  it('has another number or other bytes far inside, and all else is as it was', () => {
    const random = new SeededRandom(2n)
    const found = { height: false, hash: false }
    for (let i = 0; i < 5_000; i++) {
      try {
        const { name, inner: all } = decode(Outer, damagedMessage(random, GOOD))
        const [first, second] = all
        if (name !== 'block' || all.length !== 2 || first === undefined) continue
        const isSecondSame = second?.height === 5n && toHex(second.hash) === 'aabbcc'
        if (!isSecondSame) continue
        if (first.height === 2n ** 63n - 1n) found.height = true
        if (first.hash.length === 32) found.hash = true
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
    assert.deepEqual(found, { height: true, hash: true })
  })

  it('comes of what is no message, too, and of nothing', () => {
    const random = new SeededRandom(3n)
    for (let i = 0; i < 500; i++) {
      damagedMessage(random, new Uint8Array(0))
      damagedMessage(random, random.bytes(40))
    }
  })
})
