import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { RecordedEvent } from '../records.ts'
import { contrastEvents } from './compareEvents.ts'

/** An event that nobody knows, which says a number. */
function event(n: number): RecordedEvent {
  return { type: 'oasis_event_100_staking', attrs: [['x', Buffer.of(n).toString('base64')]] }
}

const events = (...numbers: readonly number[]) => numbers.map(event)
const numbersOf = fc.array(fc.nat(4), { maxLength: 8 })

describe('two lists of events', () => {
  it('have nothing to tell if they are the same, and only then', () => {
    fc.assert(
      fc.property(numbersOf, numbersOf, (a, b) => {
        assert.deepEqual(contrastEvents(events(...a), events(...a)), [])
        const isSame = a.join() === b.join()
        assert.equal(contrastEvents(events(...a), events(...b)).length === 0, isSame)
      }),
    )
    assert.deepEqual(contrastEvents(null, []), [])
  })

  it('tell of one that is missing here, or was not recorded, and not of those behind it', () => {
    const shown = { service: 'staking', what: 'event 1' }
    const missing = contrastEvents(events(1, 2, 3, 4), events(1, 3, 4))
    assert.deepEqual(missing, [{ ...shown, recorded: 'staking x: 02', ours: 'no such event' }])
    const extra = contrastEvents(events(1, 3, 4), events(1, 2, 3, 4))
    assert.deepEqual(extra, [{ ...shown, recorded: 'no such event', ours: 'staking x: 02' }])
    assert.equal(contrastEvents(undefined, events(1, 2)).length, 2)
  })

  it('tell of one that says something else', () => {
    const [contrast, ...rest] = contrastEvents(events(1, 2, 3), events(1, 7, 3))
    assert.deepEqual(rest, [])
    assert.deepEqual(contrast, {
      service: 'staking',
      what: 'event 1, staking x',
      recorded: '02',
      ours: '07',
    })
  })
})
