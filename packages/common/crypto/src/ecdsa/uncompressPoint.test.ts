import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { uncompressPoint } from './uncompressPoint.ts'

/** SEC 2, section 2.4.1: the base point of secp256k1, in both forms. */
const X = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const Y = '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'

describe('uncompressPoint', () => {
  it('writes a point out, however it was written', () => {
    for (const form of [`02${X}`, `04${X}${Y}`]) {
      const point = uncompressPoint('secp256k1', parseHex(form))
      assert.equal(point && toHex(point), `04${X}${Y}`)
    }
  })

  it('knows what is no point', () => {
    const none = ['', '00', `05${X}`, `02${'ff'.repeat(32)}`, `04${X}${X}`, `02${X}00`]
    for (const form of none) {
      assert.equal(uncompressPoint('secp256k1', parseHex(form)), undefined)
    }
    assert.equal(uncompressPoint('secp384r1', parseHex(`02${X}`)), undefined)
  })
})
