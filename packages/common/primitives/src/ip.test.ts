import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { parseIp, printIp } from './ip.ts'

describe('IP addresses', () => {
  it('have the texts of RFC 5952', () => {
    const texts = [
      ['01020304', '1.2.3.4'],
      ['00000000000000000000ffff01020304', '1.2.3.4'],
      ['00000000000000000000000000000000', '::'],
      ['00000000000000000000000000000001', '::1'],
      ['20010db8000000000000000000000001', '2001:db8::1'],
      ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
      ['20010000000000010000000000000001', '2001:0:0:1::1'],
      ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
      ['00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
      ['00010002000300040005000600000000', '1:2:3:4:5:6::'],
    ] as const
    for (const [hex, text] of texts) assert.equal(printIp(parseHex(hex)), text)
    assert.equal(printIp(undefined), '<nil>')
    assert.equal(printIp(Uint8Array.of(1, 2)), '?0102')
  })

  it('come back from their texts as 16 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (ip) => {
        for (let i = 0; i < 16; i += 3) ip[i] = 0
        assert.deepEqual(parseIp(printIp(ip)), ip)
      }),
    )
    assert.equal(toHex(parseIp('::ffff:1.2.3.4')), '00000000000000000000ffff01020304')
  })

  it('are refused when they are not addresses', () => {
    const wrong = ['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', ':::', '1::2::3', '12345::']
    for (const text of [...wrong, '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::1.2.3.4:5', 'host']) {
      assert.throws(() => parseIp(text), { reason: 'ip.malformed' }, text)
    }
  })

  it('are refused in words that do not grow with the text', () => {
    for (const text of ['a'.repeat(5000), '1.'.repeat(5000), ':'.repeat(5000)]) {
      assert.throws(
        () => parseIp(text),
        ({ message }: Error) => message.length < 200,
      )
    }
  })
})
