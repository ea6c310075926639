import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { verifyEvidence } from '@wadi/runtime-protocol/commitments/equivocation'
import type { RoundStory } from '../testing/chain.ts'
import { CHAIN_CONTEXT, RULES } from '../testing/testNetwork.ts'
import { toyTransaction } from '../testing/toyRuntime.ts'
import { World, type WorldOptions } from '../testing/world.ts'
import { type Misdeed, REFERENCE_MODES } from './misdeeds.ts'

/**
 * In round 1 of three workers node 2 has rank 0, node 0 rank 1 and node 1 rank 2; nodes 3 and 4
 * are backup workers.
 */
const SCHEDULER = 2
const WORKER = 0
const BACKUP_WORKER = 3
const SIZES = { workers: 3, backupWorkers: 2 }

/** The rounds of a world in which one node misbehaves, until the first one was normal. */
function playUntilNormal(misdeeds: WorldOptions['misdeeds'], options: Partial<WorldOptions> = {}) {
  const world = new World({ seed: 7, ...SIZES, ...options, misdeeds: misdeeds! })
  world.nodes[1]!.pool({ kind: 'submit', input: toyTransaction({}), origin: 'local' })
  while (world.nowMs < 120_000 && world.chain.lastNormalRound === 0n) world.run(100)
  world.run(900)
  return { world, stories: world.chain.stories }
}

/** What is known of a round, in few words. */
function summaryOf({ end, why, rank, hadDiscrepancy }: RoundStory): string {
  const how = hadDiscrepancy ? 'disputed' : 'undisputed'
  return end === 'normal' ? `normal rank ${rank} ${how}` : `${end} ${why} ${how}`
}

function firstOf(stories: readonly RoundStory[]): string {
  return summaryOf(stories[0]!)
}

describe('a worker that is not the scheduler', () => {
  const cases: readonly (readonly [Misdeed, string, 'bad' | 'silent' | 'good'])[] = [
    ['wrong-result', 'normal rank 0 disputed', 'bad'],
    ['wrong-io', 'normal rank 0 disputed', 'bad'],
    ['straggler', 'normal rank 0 disputed', 'silent'],
    ['failure', 'normal rank 0 disputed', 'silent'],
    ['runaway', 'normal rank 0 disputed', 'silent'],
    ['withheld-batch', 'normal rank 0 undisputed', 'good'],
    ['invalid-batch-hash', 'normal rank 0 undisputed', 'good'],
  ]
  for (const [misdeed, summary, standing] of cases) {
    it(`${misdeed}: the first round is ${summary}, and the node is ${standing}`, () => {
      const { world, stories } = playUntilNormal({ [WORKER]: [misdeed] })
      assert.equal(firstOf(stories), summary)
      const id = toHex(world.nodes[WORKER]!.member.id)
      const { good, bad } = stories[0]!
      assert.equal(bad.includes(id), standing === 'bad')
      assert.equal(good.includes(id), standing === 'good')
    })
  }

  it('is not missed where stragglers are allowed', () => {
    for (const misdeed of ['straggler', 'failure', 'runaway'] as const) {
      const { stories } = playUntilNormal({ [WORKER]: [misdeed] }, { allowedStragglers: 1 })
      assert.equal(firstOf(stories), 'normal rank 0 undisputed', misdeed)
    }
  })
})

describe('a scheduler', () => {
  const cases: readonly (readonly [readonly Misdeed[], string])[] = [
    [['wrong-result'], 'failed badSchedulerCommitment disputed'],
    [['wrong-io'], 'failed badSchedulerCommitment disputed'],
    [['straggler'], 'normal rank 1 disputed'],
    [['failure'], 'normal rank 1 disputed'],
    [['runaway'], 'normal rank 1 disputed'],
    [['withheld-batch'], 'failed insufficientVotes disputed'],
    [['withheld-batch', 'runaway'], 'normal rank 1 disputed'],
    [['invalid-batch-hash'], 'failed insufficientVotes disputed'],
    [['invalid-batch-hash', 'runaway'], 'normal rank 1 disputed'],
  ]
  for (const [misdeeds, summary] of cases) {
    it(`${misdeeds.join(' and ')}: the first round is ${summary}`, () => {
      const { world, stories } = playUntilNormal({ [SCHEDULER]: misdeeds })
      assert.equal(firstOf(stories), summary)
      assert.ok(world.chain.lastNormalRound > 0n)
    })
  }

  it('is outvoted by the next one at once where stragglers are allowed', () => {
    for (const misdeeds of Object.values(REFERENCE_MODES)) {
      if (misdeeds.length === 0 || misdeeds.includes('wrong-result')) continue
      const { stories } = playUntilNormal({ [SCHEDULER]: misdeeds }, { allowedStragglers: 1 })
      assert.equal(firstOf(stories), 'normal rank 1 undisputed', misdeeds.join())
    }
  })
})

describe('a backup worker', () => {
  it('does not matter as long as workers agree', () => {
    const { stories } = playUntilNormal({ [BACKUP_WORKER]: ['wrong-result'] })
    assert.equal(firstOf(stories), 'normal rank 0 undisputed')
  })

  it('that lies is outvoted by the others', () => {
    const misdeeds = { [WORKER]: ['wrong-result'], [BACKUP_WORKER]: ['wrong-io'] } as const
    const { world, stories } = playUntilNormal(misdeeds, { backupWorkers: 3 })
    assert.equal(firstOf(stories), 'normal rank 0 disputed')
    const liars = [WORKER, BACKUP_WORKER].map((i) => toHex(world.nodes[i]!.member.id))
    assert.deepEqual([...stories[0]!.bad].sort(), liars.sort())
  })

  it('that sleeps fails the round if it is needed', () => {
    const misdeeds = { [WORKER]: ['wrong-result'], [BACKUP_WORKER]: ['straggler'] } as const
    const { stories } = playUntilNormal(misdeeds, { backupWorkers: 2 })
    assert.equal(firstOf(stories), 'failed insufficientVotes disputed')
  })
})

describe('who signs two things', () => {
  const evidenceOf = (node: number) => {
    const { world } = playUntilNormal({ [node]: ['equivocation'] })
    const { id } = world.nodes[node]!.member
    const found = world.evidence.map(({ by, evidence }) => {
      const { nodeId, round } = verifyEvidence(
        { rules: RULES, chainContext: CHAIN_CONTEXT },
        evidence,
      )
      assert.ok(equalBytes(nodeId, id))
      assert.ok(round >= 1n)
      assert.ok(by.misdeeds.length === 0)
      return evidence.equivocationProp === undefined ? 'commitments' : 'proposals'
    })
    return new Set(found)
  }

  it('has one vote, whichever came first, and does not stop the round', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { stories } = playUntilNormal({ [WORKER]: ['equivocation'] }, { seed })
      const { end, rank } = stories[0]!
      assert.deepEqual([end, rank], ['normal', 0n])
    }
  })

  it('is reported by others, with evidence that the consensus layer takes', () => {
    assert.deepEqual(evidenceOf(WORKER), new Set(['commitments']))
    assert.deepEqual(evidenceOf(SCHEDULER), new Set(['commitments', 'proposals']))
  })
})
