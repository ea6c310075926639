import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decidePrevote } from './decidePrevote.ts'
import { testCandidate } from './testing/testChain.ts'

const a = testCandidate('a', 'valid')
const b = testCandidate('b', 'valid')

describe('A prevote', () => {
  const table = [
    ['is for the lock, whatever is proposed', a, b, 'block', 'locked'],
    ['is for the lock, even if the proposal is the same', a, a, 'block', 'locked'],
    ['is for the lock without a proposal', a, undefined, 'block', 'locked'],
    ['is nil without a block', undefined, undefined, 'nil', 'no-proposal'],
    ['is for a valid block', undefined, b, 'block', 'valid-proposal'],
    ['is nil for an invalid one', undefined, testCandidate('b', 'invalid'), 'nil', 'invalid-block'],
    [
      'is nil for a rejected one',
      undefined,
      testCandidate('b', 'rejected'),
      'nil',
      'rejected-block',
    ],
    ['waits for a check', undefined, testCandidate('b', undefined), 'later', 'unchecked-block'],
    ['waits for the check', undefined, testCandidate('b', 'asked'), 'later', 'unchecked-block'],
  ] as const
  for (const [what, locked, proposal, vote, why] of table) {
    it(what, () => {
      const decision = decidePrevote({ locked, proposal })
      assert.deepEqual([decision.vote, decision.why], [vote, why])
      const expected = (locked ?? proposal)?.blockId
      if (decision.vote === 'block') assert.deepEqual(decision.blockId, expected)
    })
  }
})
