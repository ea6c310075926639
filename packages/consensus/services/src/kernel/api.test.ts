import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePlainErrors } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { i64, text, u8 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { askedAt, askedBy } from '@wadi/consensus/api'
import { errors } from '@wadi/consensus/consensus/errors'
import { testTree } from '../testing/testContext.ts'
import { testView } from '../testing/testView.ts'
import { answerEncoded, answering, viewOver, withWords } from './api.ts'

const plain = definePlainErrors('apiTest', { bad: 'bad' })
const Query = struct({ height: i64, name: text })
const methods = answering(
  { 'Test/Height': askedAt(i64), 'Test/Size': askedBy(Query, u8) },
  { 'Test/Height': ({ height }) => height, 'Test/Size': (_, { name }) => name.length },
)
const viewAt = (height: bigint) => testView(testTree(), { height })

describe('answering a call', () => {
  it('takes the height from the request', () => {
    const bytes = answerEncoded(methods['Test/Height']!, viewAt, encode(i64, 7n))
    assert.deepEqual(bytes, encode(i64, 7n))
  })

  it('ignores fields that nobody knows, and takes what is missing for zero', () => {
    const More = struct({ name: text, other: text })
    const request = encode(More, { name: 'four', other: 'x' })
    const asked: bigint[] = []
    const view = (height: bigint) => {
      asked.push(height)
      return viewAt(height)
    }
    assert.deepEqual(answerEncoded(methods['Test/Size']!, view, request), Uint8Array.of(4))
    assert.deepEqual(asked, [0n])
  })

  it('refuses what is no request', () => {
    const refused = { module: 'unknown', code: 1 }
    const { 'Test/Size': size } = methods
    assert.throws(() => answerEncoded(size!, viewAt, Uint8Array.of(0x9f)), refused)
    assert.throws(() => answerEncoded(size!, viewAt, encode(text, 'x')), refused)
  })
})

describe('a view over another state', () => {
  it('asks the chain for nothing before somebody wants it', () => {
    const state = testTree()
    const chain = {
      ...testView(state),
      get block(): never {
        throw errors.versionNotFound()
      },
    }
    const { state: _, ...rest } = Object.getOwnPropertyDescriptors(chain)
    const lazy = Object.defineProperties({}, rest) as typeof chain
    const tree = testTree()
    const view = viewOver(lazy, { state: tree, tree })
    assert.equal(view.state, tree)
    assert.equal(view.height, 10n)
    assert.equal(view.stateAt(3n), state)
    assert.throws(() => view.block, { module: 'consensus', code: 3 })
  })
})

describe('words before a refusal', () => {
  it('leave module and code as they are', () => {
    const refuse = () => {
      throw errors.versionNotFound()
    }
    assert.throws(() => withWords('no luck', refuse), {
      module: 'consensus',
      code: 3,
      message: 'no luck: consensus: version not found',
    })
    const refusePlainly = () => {
      throw plain.bad()
    }
    assert.throws(() => withWords('no luck', refusePlainly), { module: 'unknown', code: 1 })
  })

  it('are not for other failures', () => {
    const fail = () => {
      throw new RangeError('ours')
    }
    assert.throws(() => withWords('no luck', fail), RangeError)
    assert.equal(
      withWords('no luck', () => 5),
      5,
    )
  })
})
