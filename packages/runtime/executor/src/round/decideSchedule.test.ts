import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideSchedule, type ScheduleView } from './decideSchedule.ts'

const IDLE: ScheduleView = {
  isWorker: true,
  hasScheduled: false,
  isEpochNext: false,
  isRuntimeReady: true,
  isForced: false,
  hasTransactions: false,
  messageResultCount: 0,
  inMessageCount: 0,
  isFirstRound: false,
}
/** Every reason at once. */
const BUSY: ScheduleView = {
  ...IDLE,
  isForced: true,
  hasTransactions: true,
  messageResultCount: 1,
  inMessageCount: 1,
  isFirstRound: true,
}

describe('a scheduler whose turn it is', () => {
  const cases: readonly (readonly [ScheduleView, string])[] = [
    [IDLE, 'wait nothing-to-do'],
    [{ ...IDLE, isFirstRound: true }, 'schedule first'],
    [{ ...IDLE, inMessageCount: 1 }, 'schedule incoming-messages'],
    [{ ...IDLE, messageResultCount: 1 }, 'schedule message-results'],
    [{ ...IDLE, hasTransactions: true }, 'schedule transactions'],
    [{ ...IDLE, isForced: true }, 'schedule forced'],
    [BUSY, 'schedule forced'],
    [{ ...BUSY, isRuntimeReady: false }, 'wait no-runtime'],
    [{ ...BUSY, isEpochNext: true }, 'wait epoch-next'],
    [{ ...BUSY, isWorker: false }, 'wait no-worker'],
    [{ ...BUSY, hasScheduled: true }, 'wait scheduled'],
  ]
  for (const [view, expected] of cases) {
    const { kind, why } = decideSchedule(view)
    it(expected, () => assert.equal(`${kind} ${why}`, expected))
  }
})
