import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { crc32c, maskedCrc32c } from './crc32c.ts'

describe('CRC-32C', () => {
  it('is what RFC 3720, B.4, says', () => {
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c)
  })

  it('has the usual check value, and is masked by rotating and adding', () => {
    assert.equal(crc32c(toUtf8('123456789')), 0xe3069283)
    assert.equal(maskedCrc32c(new Uint8Array(0)), 0xa282ead8)
  })
})
