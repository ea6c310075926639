import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import fc from 'fast-check'
import { ERROR_TEXT_SIZE_MAX } from '../limits.ts'
import { encodeReply, RpcRequest, resultOf } from './messages.ts'

const failed = (message: string) =>
  encodeReply({ kind: 'error', error: new CodedError('tired', 7, 'x.y', message) })

describe('a request', () => {
  it('is a method and its argument', () => {
    const request = encode(RpcRequest, { method: 'Echo', body: parseHex('43010203') })
    assert.equal(toHex(request), 'a264626f647943010203666d6574686f646445 63686f'.replace(' ', ''))
  })
})

describe('a response', () => {
  it('is a result or an error with its numbers', () => {
    assert.equal(toHex(encodeReply({ kind: 'ok', body: parseHex('f6') })), 'a1626f6bf6')
    assert.deepEqual(resultOf(encodeReply({ kind: 'ok', body: parseHex('f6') })), parseHex('f6'))
    assert.throws(() => resultOf(failed('too tired')), {
      module: 'tired',
      code: 7,
      message: 'too tired',
      reason: 'tired.remote',
    })
  })

  it("tells the world's fault as the reference tells errors without numbers", () => {
    const error = new UnavailableError('disk.full', 'no room')
    assert.throws(() => resultOf(encodeReply({ kind: 'error', error })), {
      name: 'UnavailableError',
      message: 'no room',
    })
  })

  it('has no longer an error than its bound', () => {
    const told = (size: number) => {
      try {
        resultOf(failed('x'.repeat(size)))
      } catch (error) {
        return (error as Error).message.length
      }
      return undefined
    }
    assert.equal(told(ERROR_TEXT_SIZE_MAX), ERROR_TEXT_SIZE_MAX)
    assert.equal(told(ERROR_TEXT_SIZE_MAX + 1), ERROR_TEXT_SIZE_MAX)
  })

  it('of any shape is a result or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          resultOf(bytes)
        } catch (error) {
          assert.ok(error instanceof CodedError || error instanceof UnavailableError)
        }
      }),
    )
    // An error that says that there is none.
    assert.throws(() => resultOf(parseHex('a1656572726f72a0')), { reason: 'libp2p.badResponse' })
  })
})
