import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { packLetters, unpackLetters } from './letters.ts'

const nodes = fc.nat(199)
const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 })
const letters = messages.chain((some) => {
  const message = fc.constantFrom(...some)
  const letter = { sentMs: fc.nat(), from: nodes, to: nodes, channel: fc.nat(255), message }
  return fc.array(fc.record(letter, { noNullPrototype: true }))
})

describe('letters between threads', () => {
  it('come out as they went in, in the same order', () => {
    const check = (sent: Parameters<typeof packLetters>[0]) =>
      assert.deepEqual(unpackLetters(packLetters(sent)), sent)
    fc.assert(fc.property(letters, check))
  })

  it('hold what many are told once', () => {
    const message = new Uint8Array(1000).fill(7)
    const letter = { sentMs: 1, from: 50, channel: 34, message }
    const sent = Array.from({ length: 10 }, (_, to) => ({ ...letter, to }))
    const buffer = packLetters(sent)
    assert.ok(buffer.byteLength < 2 * message.length)
    const received = unpackLetters(buffer)
    assert.deepEqual(received, sent)
    assert.equal(new Set(received.map((letter) => letter.message)).size, 1)
  })
})
