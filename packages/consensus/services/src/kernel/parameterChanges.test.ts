import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { encode, type Infer } from '@wadi/cbor/codec'
import { u8, u64 } from '@wadi/cbor/scalars'
import { nilable, optional, struct } from '@wadi/cbor/struct'
import { testContext } from '../testing/testContext.ts'
import {
  changedParameters,
  type ParameterRules,
  parameterSubscriptions,
} from './parameterChanges.ts'

const Changes = struct({ size: optional(u64), count: nilable(u8) })
type Changes = Infer<typeof Changes>
interface Params {
  readonly size: bigint
  readonly count: number
}
const { tooLarge } = definePlainErrors('parameterChanges.test', { tooLarge: 'too large' })

const before: Params = { size: 1n, count: 2 }
let held = before

const rules: ParameterRules<Params, Changes> = {
  module: 'box',
  schema: Changes,
  current: () => before,
  apply: ({ size, count }, changes) => ({
    size: changes.size ?? size,
    count: changes.count ?? count,
  }),
  check: ({ size }) => {
    if (size > 9n) throw tooLarge()
  },
  write: (_, params) => {
    held = params
  },
}

function proposal(changes: Partial<Changes>, module = 'box') {
  return { module, changes: encode(Changes, { size: undefined, count: undefined, ...changes }) }
}

const plain = { module: 'unknown', code: 1 }

describe('changedParameters', () => {
  const ctx = testContext()
  it('replaces the fields that are there', () => {
    assert.deepEqual(changedParameters(ctx, proposal({ size: 9n }), rules)?.params, {
      size: 9n,
      count: 2,
    })
    assert.deepEqual(before, { size: 1n, count: 2 })
  })

  it('does not look at a proposal for another module', () => {
    const other = { module: 'other', changes: parseHex('ff') }
    assert.equal(changedParameters(ctx, other, rules), undefined)
  })

  it('refuses, always without a code, what is malformed, empty or must not be', () => {
    for (const hex of ['a0', 'f6', 'a16473697a65f6', 'a16473697a65', '01', '80', 'a1616101', ''])
      assert.throws(
        () => changedParameters(ctx, { module: 'box', changes: parseHex(hex) }, rules),
        plain,
        hex,
      )
    assert.throws(() => changedParameters(ctx, proposal({ size: 10n }), rules), plain)
  })

  it('lets a service say itself when nothing is changed', () => {
    const strict = { ...rules, isEmpty: ({ size }: Changes) => size === undefined }
    assert.throws(() => changedParameters(ctx, proposal({ count: 1 }), strict), {
      reason: 'parameterChanges.empty',
    })
  })
})

describe('parameterSubscriptions', () => {
  const ctx = testContext()
  const { validateParameterChanges, changeParameters } = parameterSubscriptions(rules)
  it('understands its own module only, and writes only when it is to', () => {
    assert.equal(validateParameterChanges(ctx, proposal({ size: 5n }, 'other')), undefined)
    assert.equal(changeParameters(ctx, proposal({ size: 5n }, 'other')), undefined)
    assert.equal(validateParameterChanges(ctx, proposal({ size: 5n })), 'understood')
    assert.equal(held, before)
    assert.equal(changeParameters(ctx, proposal({ size: 5n })), 'understood')
    assert.deepEqual(held, { size: 5n, count: 2 })
  })
})
