import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errors } from './errors.ts'
import { Room } from './room.ts'

const of = (caller: string) =>
  ({ kind: 'tcp', address: '', certificate: undefined, caller }) as const
const OPERATOR = { kind: 'unix', address: '', certificate: undefined, caller: undefined } as const
const REFUSAL = { reason: 'nodeApi.tooManyWaiters' }

function roomOf(countMax: number, perAddressMax: number): Room {
  return new Room({ countMax, perAddressMax, refusal: errors.tooManyWaiters })
}

describe('the room at a listener', () => {
  it('takes in so many, and one more when somebody has left', () => {
    const room = roomOf(2, 2)
    const leave = room.enter(of('a'))
    room.enter(of('b'))
    assert.throws(() => room.enter(of('c')), REFUSAL)
    leave()
    leave()
    assert.equal(room.size, 1, 'nobody leaves twice')
    room.enter(of('c'))
    assert.throws(() => room.enter(of('d')), REFUSAL)
  })

  it('takes in so many of one caller, and others still', () => {
    const room = roomOf(10, 2)
    const leave = room.enter(of('a'))
    room.enter(of('a'))
    assert.throws(() => room.enter(of('a')), REFUSAL)
    room.enter(of('b'))
    leave()
    room.enter(of('a'))
    assert.throws(() => room.enter(of('a')), REFUSAL)
  })

  it('does not divide what is at a path: all of that is the operator', () => {
    const room = roomOf(3, 1)
    for (let i = 0; i < 3; i++) room.enter(OPERATOR)
    assert.throws(() => room.enter(OPERATOR), REFUSAL)
  })
})
