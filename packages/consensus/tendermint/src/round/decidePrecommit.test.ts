import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decidePrecommit } from './decidePrecommit.ts'
import { testCandidate } from './testing/testChain.ts'

const a = testCandidate('a', 'valid')
const b = testCandidate('b', 'valid')
const forA = { blockId: a.blockId }
const forB = { blockId: b.blockId }
const forNil = { blockId: undefined }

describe('A precommit', () => {
  const table = [
    ['is nil without a polka', undefined, undefined, a, 'nil', 'no-polka'],
    ['is nil without a polka, locked or not', undefined, a, a, 'nil', 'no-polka'],
    ['is nil after a polka for nil', forNil, a, a, 'nil', 'polka-for-nil'],
    ['renews a lock', forA, a, undefined, 'block', 'relock'],
    ['renews a lock, whatever is proposed', forA, a, b, 'block', 'relock'],
    ['locks', forB, undefined, b, 'block', 'lock'],
    ['locks another block', forB, a, b, 'block', 'lock'],
    [
      'locks a block that the application rejected',
      forB,
      undefined,
      testCandidate('b', 'rejected'),
      'block',
      'lock',
    ],
    ['is nil for an unseen block', forB, undefined, undefined, 'nil', 'polka-for-unseen-block'],
    ['is nil for an unseen block, locked or not', forB, a, a, 'nil', 'polka-for-unseen-block'],
    ['waits for a check', forB, a, testCandidate('b', undefined), 'later', 'unchecked-block'],
    ['waits for the check', forB, a, testCandidate('b', 'asked'), 'later', 'unchecked-block'],
  ] as const
  for (const [what, polka, locked, proposal, vote, why] of table) {
    it(what, () => {
      const decision = decidePrecommit({ polka, locked, proposal })
      assert.deepEqual([decision.vote, decision.why], [vote, why])
      if (decision.vote === 'block') assert.deepEqual(decision.blockId, polka?.blockId)
    })
  }

  it('is not given when more than two thirds want what the chain forbids', () => {
    const proposal = testCandidate('b', 'invalid')
    assert.throws(() => decidePrecommit({ polka: forB, locked: undefined, proposal }), {
      name: 'BugError',
    })
  })
})
