import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { BugError, CodedError, UnavailableError } from '@wadi/base/errors'
import fc from 'fast-check'
import { errorOf, STATUS, type StatusName, statusError, statusOf } from './status.ts'
import { decodeDetails } from './statusDetails.ts'

const names = Object.keys(STATUS).filter((name) => name !== 'ok') as Exclude<StatusName, 'ok'>[]

const describeError = (error: Error) => {
  if (error instanceof UnavailableError) return [error.reason, error.message]
  assert.ok(error instanceof CodedError)
  return [error.module, error.code, error.reason, error.message]
}

describe('how a call ends', () => {
  it('keeps a status through server and client, and through both again', () => {
    for (const name of names) {
      const error = statusError(name, 'why')
      const status = statusOf(error)
      assert.deepEqual(status, { code: STATUS[name], message: 'why' })
      assert.deepEqual(describeError(errorOf(status!)), describeError(error))
    }
  })

  it('says module and code of an error in the form of the reference', () => {
    const error = new CodedError('staking', 10, 'staking.balanceTooLow', 'staking: balance too low')
    const { code, message, details } = statusOf(error)!
    assert.deepEqual([code, message], [STATUS.unknown, 'staking: balance too low'])
    // Code 2, the text, and one detail: without a type, and with CBOR for its value.
    assert.equal(
      toHex(details!),
      '080212187374616b696e673a2062616c616e636520746f6f206c6f77' +
        '1a181216a264636f64650a666d6f64756c65677374616b696e67',
    )
    assert.deepEqual(describeError(errorOf({ code, message, details: details! })), [
      'staking',
      10,
      'staking.remote',
      'staking: balance too low',
    ])
  })

  it('keeps a status beside module and code, also through both again', () => {
    const error = new CodedError('roothash', 2, 'grpc.notFound', 'roothash: block not found')
    const status = statusOf(error)!
    assert.equal(status.code, STATUS.notFound)
    // The status in the details is the same.
    assert.equal(toHex(status.details!.subarray(0, 2)), '0805')
    assert.deepEqual(describeError(errorOf(status)), describeError(error))
  })

  it('sends no detail for what has no module', () => {
    const error = new CodedError('unknown', 1, 'area.what', 'area: what')
    assert.deepEqual(statusOf(error), { code: STATUS.unknown, message: 'area: what' })
  })

  it('tells that the world is at fault, and keeps bugs to itself', () => {
    const error = new UnavailableError('disk', 'disk is full')
    assert.deepEqual(statusOf(error), { code: STATUS.unavailable, message: 'disk is full' })
    assert.equal(statusOf(new BugError('x')), undefined)
    assert.equal(statusOf(new TypeError('x')), undefined)
  })

  it('takes details for nothing that are not one detail of the reference', () => {
    const status = (details: Uint8Array) => ({ code: 5, message: 'm', details })
    // None, two, one with a type, one that is no CBOR, one without a module.
    const none = ['', '1a021200', '1a0012001a001200', '1a050a01611200', '1a031201ff', '1a031201a0']
    for (const hex of none) {
      assert.deepEqual(describeError(errorOf(status(parseHex(hex)))), [
        'unknown',
        1,
        'grpc.notFound',
        'm',
      ])
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeDetails(bytes)
      }),
    )
  })
})
