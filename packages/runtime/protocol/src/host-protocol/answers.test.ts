import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ANSWERS, isAnswerTo } from './answers.ts'
import { Body } from './message.ts'

const { shape } = Body
assert.ok(shape.kind === 'rustEnum')
const kinds = Object.keys(shape.variants)

describe('the answers', () => {
  it('are told of every kind of request', () => {
    const requests = kinds.filter((kind) => kind.endsWith('Request'))
    assert.deepEqual(Object.keys(ANSWERS).toSorted(), requests.toSorted())
  })

  it('are of every other kind', () => {
    const answers = new Set<string>([...Object.values(ANSWERS).flat(), 'Error'])
    const others = kinds.filter((kind) => !kind.endsWith('Request'))
    assert.deepEqual([...answers].toSorted(), others.toSorted())
  })

  it('to one kind of request are none to another, and an error is none', () => {
    const pong = { kind: 'Empty', body: {} } as const
    assert.ok(isAnswerTo('RuntimePingRequest', pong))
    assert.ok(isAnswerTo('RuntimeNotifyRequest', pong))
    assert.ok(!isAnswerTo('RuntimeAbortRequest', pong))
    const error = { module: 'unknown', code: 1, message: 'method not supported' }
    assert.ok(!isAnswerTo('RuntimePingRequest', { kind: 'Error', body: error }))
  })
})
