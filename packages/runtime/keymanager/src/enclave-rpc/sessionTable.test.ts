import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SessionId } from '@wadi/runtime-protocol/enclave-rpc/message'
import {
  CLIENT_SESSION_COUNT_MAX,
  SERVER_SESSION_COUNT_MAX,
  SESSION_STALE_SECONDS,
} from '../limits.ts'
import { CLIENT_LIMITS } from './rpcClient.ts'
import { SERVER_LIMITS } from './rpcServer.ts'
import { CLOSED } from './session.ts'
import { type Entry, SessionTable, type TableLimits } from './sessionTable.ts'

const TOO_MANY = { message: 'max concurrent sessions reached' }

/** A table with a clock, and entries that nobody works with. */
class Table {
  seconds = 0
  readonly table: SessionTable<Entry>

  constructor(limits: TableLimits) {
    this.table = new SessionTable(limits, () => this.seconds)
  }

  add(peer: string, index = 0): Entry {
    const removed = this.table.makeRoom(peer)
    const id = new Uint8Array(32)
    new DataView(id.buffer).setUint32(0, index)
    const entry = { peer, id: SessionId.check(id), session: CLOSED, isBusy: false }
    this.table.add(entry)
    return removed ?? entry
  }
}

describe('a table of sessions', () => {
  for (const [whose, limits, count] of [
    ['a server', SERVER_LIMITS, SERVER_SESSION_COUNT_MAX],
    ['a client', CLIENT_LIMITS, CLIENT_SESSION_COUNT_MAX],
  ] as const) {
    it(`of ${whose} has ${count} sessions, and room for more when one is stale`, () => {
      const own = new Table(limits)
      for (let index = 0; index < count; index++) own.add(`${index}`)
      assert.equal(own.table.size, count)
      assert.throws(() => own.add('more'), TOO_MANY)
      own.seconds = SESSION_STALE_SECONDS - 1
      assert.throws(() => own.add('more'), TOO_MANY)
      own.seconds = SESSION_STALE_SECONDS
      assert.equal(own.add('more').peer, '0')
      assert.equal(own.table.size, count)
    })

    it(`of ${whose} has ${limits.ofPeerMax} sessions with one peer: the one that was used longest ago goes`, () => {
      const own = new Table(limits)
      const all = Array.from({ length: limits.ofPeerMax }, (_, index) => own.add('peer', index))
      own.seconds = 1
      assert.equal(own.table.get('peer', all[0]!.id), all[0])
      assert.equal(own.add('peer', 99), all[1])
      assert.equal(own.table.size, limits.ofPeerMax)
    })
  }

  it('takes no session away from who works with it', () => {
    const own = new Table({ countMax: 2, ofPeerMax: 1, staleSeconds: 10 })
    const [a, b] = [own.add('a'), own.add('b')]
    a.isBusy = true
    assert.throws(() => own.add('a', 1), TOO_MANY)
    own.seconds = 20
    assert.equal(own.add('c'), b)
    assert.equal(own.table.findIdle(['a']), undefined)
    a.isBusy = false
    assert.equal(own.table.findIdle(['a']), a)
    assert.equal(own.table.findIdle(['nobody', 'a']), undefined)
  })

  it('gives any session that is idle, the one that was used longest ago first', () => {
    const own = new Table({ countMax: 3, ofPeerMax: 1, staleSeconds: 10 })
    const [a, b] = [own.add('a'), own.add('b')]
    assert.deepEqual([own.table.findIdle([]), own.table.findIdle([])], [a, b])
    assert.deepEqual(own.table.drain(), [a, b])
    assert.equal(own.table.size, 0)
    assert.equal(own.table.findIdle([]), undefined)
  })
})
