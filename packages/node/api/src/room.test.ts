import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errors } from './errors.ts'
import { Room } from './room.ts'

const at = (address: string) => ({ kind: 'tcp', address, certificate: undefined }) as const
const OPERATOR = { kind: 'unix', address: '', certificate: undefined } as const
const REFUSAL = { reason: 'nodeApi.tooManyWaiters' }

function roomOf(countMax: number, perAddressMax: number): Room {
  return new Room({ countMax, perAddressMax, refusal: errors.tooManyWaiters })
}

describe('the room at a listener', () => {
  it('takes in so many, and one more when somebody has left', () => {
    const room = roomOf(2, 2)
    const leave = room.enter(at('10.0.0.1'))
    room.enter(at('10.0.0.2'))
    assert.throws(() => room.enter(at('10.0.0.3')), REFUSAL)
    leave()
    leave()
    assert.equal(room.size, 1, 'nobody leaves twice')
    room.enter(at('10.0.0.3'))
    assert.throws(() => room.enter(at('10.0.0.4')), REFUSAL)
  })

  it('takes in so many of one address, and others still', () => {
    const room = roomOf(10, 2)
    const leave = room.enter(at('10.0.0.1'))
    room.enter(at('10.0.0.1'))
    assert.throws(() => room.enter(at('10.0.0.1')), REFUSAL)
    // The same, as a listener for both versions tells it.
    assert.throws(() => room.enter(at('::ffff:10.0.0.1')), REFUSAL)
    room.enter(at('10.0.0.2'))
    leave()
    room.enter(at('10.0.0.1'))
    assert.throws(() => room.enter(at('10.0.0.1')), REFUSAL)
  })

  it('knows that who has one address of IPv6 has all of its network', () => {
    const room = roomOf(10, 1)
    room.enter(at('2001:db8:1:2::1'))
    assert.throws(() => room.enter(at('2001:db8:1:2:ffff::9')), REFUSAL)
    room.enter(at('2001:db8:1:3::1'))
    room.enter(at('fe80::1%eth0'))
    assert.throws(() => room.enter(at('fe80::2%eth1')), REFUSAL)
    room.enter(at('no address'))
    assert.throws(() => room.enter(at('no address')), REFUSAL)
  })

  it('does not divide what is at a path: all of that is the operator', () => {
    const room = roomOf(3, 1)
    for (let i = 0; i < 3; i++) room.enter(OPERATOR)
    assert.throws(() => room.enter(OPERATOR), REFUSAL)
  })
})
