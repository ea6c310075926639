import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { damages } from './damage.ts'
import { allDecoders, type Decoder } from './decoders.ts'

/** More than any bad input of a quarter of a megabyte may take, on a machine that is busy. */
const CPU_MS_MAX = 4_000

const SHOWN_BYTES = 64

/** Decodes a damaged input: it gives a value or a coded error, and soon. */
function tryInput({ name, decode }: Decoder, bytes: Uint8Array): void {
  const begun = process.cpuUsage()
  try {
    decode(bytes)
  } catch (error) {
    const shown = `${toHex(bytes.subarray(0, SHOWN_BYTES))} (${bytes.length} bytes)`
    assert.ok(error instanceof CodedError, `${name}: ${shown} throws ${String(error)}`)
  }
  const { user, system } = process.cpuUsage(begun)
  assert.ok((user + system) / 1000 < CPU_MS_MAX, `${name}: takes too long`)
}

const decoders = allDecoders()

describe('bad input to every decoder ends in a coded error', () => {
  for (const [kind, damage] of Object.entries(damages)) {
    it(`${kind} input`, () => {
      for (const decoder of decoders) {
        const random = new SeededRandom(7n)
        for (const good of decoder.good)
          for (const bytes of damage(good, random)) tryInput(decoder, bytes)
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
