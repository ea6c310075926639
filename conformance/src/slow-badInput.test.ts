import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { damages } from './damage.ts'
import { allDecoders, type Decoder } from './decoders.ts'
import { tryInput } from './tryInput.ts'

const SHOWN_BYTES = 64

function check(decoder: Decoder, input: Uint8Array): void {
  const what = tryInput(decoder, input)
  if (what === undefined) return
  assert.fail(`${what}: ${toHex(input.subarray(0, SHOWN_BYTES))} (${input.length} bytes)`)
}

const decoders = allDecoders()

describe('bad input to every decoder ends in a coded error, in bounded time and memory (P1, P2)', () => {
  for (const [kind, damage] of Object.entries(damages)) {
    it(`${kind} input`, () => {
      for (const decoder of decoders) {
        const random = new SeededRandom(7n)
        for (const good of decoder.good)
          for (const bytes of damage(good, random)) check(decoder, bytes)
      }
    })
  }

  it('while good input is decoded', () => {
    for (const { name, good, decode } of decoders) {
      assert.notEqual(good.length, 0, name)
      for (const bytes of good) assert.doesNotThrow(() => decode(bytes), name)
    }
  })
})
