import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { REQUESTS_BYTES_MAX, REQUESTS_MAX } from '../limits.ts'
import { RequestRoom } from './server.ts'

describe('the room for requests', () => {
  it('has so many places, and one more when somebody leaves', () => {
    const room = new RequestRoom()
    const places = Array.from({ length: REQUESTS_MAX }, () => room.enter())
    assert.ok(places.every((place) => place !== undefined))
    assert.equal(room.enter(), undefined)
    places[0]!.leave()
    assert.ok(room.enter() !== undefined)
  })

  it('holds so many bytes of all requests together', () => {
    const room = new RequestRoom()
    const [one, other] = [room.enter()!, room.enter()!]
    assert.equal(one.hold(REQUESTS_BYTES_MAX - 1), true)
    assert.equal(other.hold(1), true)
    assert.equal(other.hold(1), false)
    one.leave()
    assert.equal(other.hold(1), true)
    other.leave()
    assert.ok(room.isEmpty)
  })
})
