import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePlainErrors } from '@wadi/base/errors'
import { tryInput } from './tryInput.ts'

const errors = definePlainErrors('tryInputTest', { refused: 'refused' })
const decoder = (decode: (bytes: Uint8Array) => unknown) => ({
  name: 'a decoder',
  good: [],
  decode,
})
const input = new Uint8Array(3)

describe('tryInput', () => {
  it('has nothing to tell about a value and a coded error', () => {
    assert.equal(
      tryInput(
        decoder(() => 1),
        input,
      ),
      undefined,
    )
    const refusing = decoder(() => {
      throw errors.refused()
    })
    assert.equal(tryInput(refusing, input), undefined)
  })

  it('tells of any other error', () => {
    const failing = decoder(() => {
      throw new RangeError('too far')
    })
    assert.equal(tryInput(failing, input), 'a decoder throws RangeError: too far')
  })

  it('tells of memory that the input is not worth, also when it is refused in the end', () => {
    const greedy = decoder(() => new Uint8Array(1 << 28))
    assert.match(tryInput(greedy, input) ?? '', /^a decoder takes 2\d\d MB$/)
    const refusing = decoder(() => {
      const slots = new Array<number>(1 << 24).fill(7)
      throw errors.refused(`${slots.length}`)
    })
    assert.match(tryInput(refusing, input) ?? '', /^a decoder takes 1\d\d MB$/)
  })
})
