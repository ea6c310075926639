import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assert as assertTrue,
  BugError,
  CodedError,
  defineErrors,
  definePlainErrors,
  UnavailableError,
  unreachable,
} from './errors.ts'

const errors = defineErrors('test/errors', {
  balanceTooLow: [10, 'balance too low'],
  forbidden: [5, 'forbidden by policy'],
})

describe('defineErrors', () => {
  it("makes errors with the module's code, a reason and the context in words", () => {
    const error = errors.balanceTooLow('source account')
    assert.ok(error instanceof CodedError)
    const { module, code, reason, message, context, name } = error
    assert.deepEqual(
      { module, code, reason, message, context, name },
      {
        module: 'test/errors',
        code: 10,
        reason: 'test/errors.balanceTooLow',
        message: 'test/errors: balance too low: source account',
        context: 'source account',
        name: 'CodedError',
      },
    )
    assert.equal(errors.forbidden().message, 'test/errors: forbidden by policy')
    assert.equal(errors.forbidden().context, undefined)
  })

  it('begins sentences with a title that is not the module, if there is one', () => {
    const titled = defineErrors('test/titled', { bad: [1, 'bad'] }, { title: 'other words' })
    const { module, reason, message } = titled.bad()
    assert.deepEqual(
      { module, reason, message },
      { module: 'test/titled', reason: 'test/titled.bad', message: 'other words: bad' },
    )
  })

  it('stops the program when a code is declared twice, in one catalogue or in two', () => {
    assert.throws(() => defineErrors('test/twice', { a: [1, 'a'], b: [1, 'b'] }), BugError)
    assert.throws(() => defineErrors('test/errors', { again: [10, 'again'] }), BugError)
  })

  it('lets different modules use the same code', () => {
    assert.equal(defineErrors('test/other', { a: [10, 'a'] }).a().code, 10)
  })
})

describe('definePlainErrors', () => {
  it('makes errors that the reference reports as unknown/1, told apart by their reason', () => {
    const { torn, late } = definePlainErrors('test-plain', { torn: 'torn', late: 'late' })
    const pairs = [torn('page 3'), late()].map((error) => [error.module, error.code, error.reason])
    assert.deepEqual(pairs, [
      ['unknown', 1, 'test-plain.torn'],
      ['unknown', 1, 'test-plain.late'],
    ])
    assert.equal(torn('page 3').message, 'test-plain: torn: page 3')
  })

  it('stops the program when an area is declared twice', () => {
    definePlainErrors('test-area', {})
    assert.throws(() => definePlainErrors('test-area', {}), BugError)
  })
})

describe('whose fault', () => {
  it('is told by the class: none of the three is another', () => {
    const coded = errors.forbidden()
    const unavailable = new UnavailableError('disk.full', 'disk is full', { cause: coded })
    assert.equal(unavailable.reason, 'disk.full')
    assert.equal(unavailable.cause, coded)
    for (const [error, kind] of [
      [coded, CodedError],
      [unavailable, UnavailableError],
      [new BugError('x'), BugError],
    ] as const) {
      const kinds = [CodedError, UnavailableError, BugError].filter((each) => error instanceof each)
      assert.deepEqual(kinds, [kind])
      assert.equal(error.name, kind.name)
    }
  })

  it('is ours when an assertion fails or an impossible place is reached', () => {
    assertTrue(1, 'fine')
    for (const nothing of [0, '', false, undefined]) {
      assert.throws(() => assertTrue(nothing, 'broken'), { name: 'BugError', message: 'broken' })
    }
    const impossible = () => unreachable('b' as never, 'the kind')
    assert.throws(impossible, { name: 'BugError', message: 'the kind: unexpected b' })
  })
})
