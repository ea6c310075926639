import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { AEAD as PublishedDeoxysii } from '@oasisprotocol/deoxysii'
import { concatBytes, parseBase64, parseHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import type { Aead } from './aead.ts'
import { testAead } from './compliance/aeadCompliance.ts'
import { createDeoxysii, deoxysii } from './deoxysii.ts'
import { DATA_BYTES } from './deoxysiiKernel.ts'
import { referenceSeal } from './deoxysiiReference.ts'

interface Official {
  readonly Name: string
  readonly Key: string
  readonly Nonce: string
  readonly AssociatedData: string | null
  readonly Message: string | null
  readonly Sealed: string
}

interface KnownAnswers {
  readonly Key: string
  readonly Nonce: string
  readonly MsgData: string
  readonly AADData: string
  readonly KnownAnswers: readonly {
    readonly Ciphertext: string
    readonly Tag: string
    readonly Length: number
  }[]
}

function readVectors<T>(name: string): T {
  const file = new URL(`../../vectors/deoxysii/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

const official = readVectors<readonly Official[]>('Deoxys-II-256-128-official-20190608')
const answers = readVectors<KnownAnswers>('Deoxys-II-256-128')
const hexOf = (text: string | null): Uint8Array => parseHex(text ?? '')
const any = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const anyText = fc.uint8Array({ maxLength: 200 })

function testVectors(name: string, aead: Aead): void {
  describe(`${name} on the published vectors`, () => {
    for (const vector of official) {
      it(`seals and opens the designers' ${vector.Name}`, () => {
        const key = aead.useKey(parseHex(vector.Key))
        const nonce = parseHex(vector.Nonce)
        const [data, text] = [hexOf(vector.AssociatedData), hexOf(vector.Message)]
        const sealed = parseHex(vector.Sealed)
        assert.deepEqual(key.seal(nonce, text, data), sealed)
        assert.deepEqual(key.open(nonce, sealed, data), text)
      })
    }

    it(`gives the ${answers.KnownAnswers.length} known answers of the Go module`, () => {
      const key = aead.useKey(parseBase64(answers.Key))
      const nonce = parseBase64(answers.Nonce)
      const [text, data] = [parseBase64(answers.MsgData), parseBase64(answers.AADData)]
      for (const { Ciphertext, Tag, Length } of answers.KnownAnswers) {
        const sealed = concatBytes(parseBase64(Ciphertext ?? ''), parseBase64(Tag))
        const [textPart, dataPart] = [text.subarray(0, Length), data.subarray(0, Length)]
        assert.deepEqual(key.seal(nonce, textPart, dataPart), sealed, `length ${Length}`)
        assert.deepEqual(key.open(nonce, sealed, dataPart), textPart, `length ${Length}`)
      }
    })
  })
}

testVectors('relaxed', createDeoxysii('relaxed'))
testVectors('portable', createDeoxysii('portable'))
testAead('deoxysii', deoxysii)

describe('the Deoxys-II kernel', () => {
  it('seals as the readable reference does, with either permutation', () => {
    const [relaxed, portable] = [createDeoxysii('relaxed'), createDeoxysii('portable')]
    fc.assert(
      fc.property(any(32), any(15), anyText, anyText, (key, nonce, text, data) => {
        const expected = referenceSeal(key, nonce, text, data)
        assert.deepEqual(relaxed.useKey(key).seal(nonce, text, data), expected)
        assert.deepEqual(portable.useKey(key).seal(nonce, text, data), expected)
      }),
      { numRuns: 60 },
    )
  })

  it('seals as the published JavaScript library does', () => {
    fc.assert(
      fc.property(any(32), any(15), anyText, anyText, (key, nonce, text, data) => {
        const published = new PublishedDeoxysii(key.slice()).encrypt(nonce, text, data)
        assert.deepEqual(deoxysii.useKey(key).seal(nonce, text, data), published)
      }),
      { numRuns: 60 },
    )
  })

  it('takes long messages in passes without a seam', () => {
    const key = new Uint8Array(32).fill(3)
    const nonce = new Uint8Array(15).fill(4)
    const text = Uint8Array.from({ length: DATA_BYTES + 1 }, (_, i) => i * 7)
    const published = new PublishedDeoxysii(key.slice()).encrypt(nonce, text, text)
    assert.deepEqual(deoxysii.useKey(key).seal(nonce, text, text), published)
    for (const size of [DATA_BYTES - 1, DATA_BYTES, DATA_BYTES + 1, 2 * DATA_BYTES + 1]) {
      const long = new Uint8Array(size).fill(8)
      const sealed = deoxysii.useKey(key).seal(nonce, long, text)
      assert.deepEqual(deoxysii.useKey(key).open(nonce, sealed, text), long)
    }
  })

  it('keeps keys apart that are in use at the same time', () => {
    const nonce = new Uint8Array(15)
    const text = Uint8Array.of(1, 2, 3)
    const keys = [1, 2].map((byte) => new Uint8Array(32).fill(byte))
    const used = keys.map((key) => deoxysii.useKey(key))
    for (const round of [0, 1, 0]) {
      const expected = referenceSeal(keys[round]!, nonce, text, new Uint8Array(0))
      assert.deepEqual(used[round]!.seal(nonce, text, new Uint8Array(0)), expected)
    }
  })
})
