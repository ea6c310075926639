import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALL_MS, CHECK_MS, NOTICE_MS } from '../limits.ts'
import { deadlineOf } from './deadlines.ts'

describe('how long a runtime may take', () => {
  it('is a deadline for checks and executions, after which they are given up', () => {
    assert.deepEqual(deadlineOf('RuntimeCheckTxBatchRequest'), { ms: CHECK_MS, late: 'abort' })
    assert.equal(deadlineOf('RuntimeExecuteTxBatchRequest').late, 'abort')
  })

  it('is how long somebody waits for everything else', () => {
    for (const kind of [
      'RuntimeConsensusSyncRequest',
      'RuntimeKeyManagerStatusUpdateRequest',
      'RuntimeKeyManagerQuotePolicyUpdateRequest',
      'RuntimeNotifyRequest',
    ] as const) {
      assert.deepEqual(deadlineOf(kind), { ms: NOTICE_MS, late: 'cease' })
    }
    assert.deepEqual(deadlineOf('RuntimeQueryRequest'), { ms: CALL_MS, late: 'cease' })
    assert.deepEqual(deadlineOf('RuntimeRPCCallRequest'), { ms: CALL_MS, late: 'cease' })
  })
})
