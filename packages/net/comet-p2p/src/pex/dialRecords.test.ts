import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { SeededRandom } from '@wadi/base/random'
import { parseNetAddress } from '../address/netAddress.ts'
import { DIAL_RECORDS_MAX } from '../limits.ts'
import { DialRecords } from './dialRecords.ts'

const at = (index: number) =>
  parseNetAddress(
    `${'ab'.repeat(20)}@${1 + (index >> 16)}.0.${(index >> 8) % 256}.${index % 256}:1`,
  )
const anybody = { isPersistent: false, persistentMsMax: undefined }

function recordsOf() {
  const clock = new FakeClock()
  return { clock, records: new DialRecords({ clock, random: new SeededRandom(1n) }) }
}

describe('DialRecords', () => {
  it('lets the first dial pass, then waits twice as long after each failure', () => {
    const { clock, records } = recordsOf()
    assert.equal(records.advise(at(1), anybody), 'dial')
    for (const seconds of [2, 4, 8, 16]) {
      records.failed(at(1))
      clock.advance(seconds * 1000 - 1)
      assert.equal(records.advise(at(1), anybody), 'wait')
      clock.advance(1001)
      assert.equal(records.advise(at(1), anybody), 'dial')
    }
    records.forget(at(1))
    assert.equal(records.advise(at(1), anybody), 'dial')
  })

  it('gives up after 16 failures, but not on persistent peers', () => {
    const { clock, records } = recordsOf()
    for (let i = 0; i < 16; i++) records.failed(at(1))
    assert.equal(records.advise(at(1), anybody), 'wait')
    records.failed(at(1))
    assert.equal(records.advise(at(1), anybody), 'give-up')
    const patience = { isPersistent: true, persistentMsMax: 60_000 }
    assert.equal(records.advise(at(1), patience), 'wait')
    clock.advance(60_000)
    assert.equal(records.advise(at(1), patience), 'dial')
  })

  it('remembers so many; the oldest makes room', () => {
    const { records } = recordsOf()
    for (let i = 0; i < DIAL_RECORDS_MAX; i++) records.failed(at(i))
    assert.equal(records.advise(at(0), anybody), 'wait')
    records.failed(at(DIAL_RECORDS_MAX))
    assert.equal(records.advise(at(0), anybody), 'dial')
    assert.equal(records.advise(at(1), anybody), 'wait')
  })
})
