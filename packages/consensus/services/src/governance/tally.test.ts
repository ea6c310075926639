import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes, toHex } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { ProposalState, Vote, type VoteEntry } from '@wadi/consensus/governance'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import fc from 'fast-check'
import { pool, testAddress } from '../testing/testLedger.ts'
import { decideOutcome, tally } from './tally.ts'

/** An entity that validates: what its pool holds, and how many shares whom. */
interface Entity {
  readonly n: number
  readonly balance: bigint
  readonly shares: ReadonlyMap<number, bigint>
}

function sharesIn({ shares }: Entity): bigint {
  return [...shares.values()].reduce((sum, count) => sum + count, 0n)
}

/** Counts votes of numbered accounts. */
function count(entities: readonly Entity[], votes: ReadonlyMap<number, number>) {
  const pools = new Map(
    entities.map((entity) => [
      toHex(testAddress(entity.n)),
      pool(entity.balance, sharesIn(entity)),
    ]),
  )
  const owners = new Map<string, number>()
  const entries: VoteEntry[] = Array.from(votes, ([n, vote]) => {
    owners.set(toHex(testAddress(n)), n)
    return { voter: testAddress(n), vote }
  }).sort((a, b) => compareBytes(a.voter, b.voter))
  const delegationsFor = (voter: Address) => {
    const n = owners.get(toHex(voter))!
    return entities
      .filter(({ shares }) => shares.has(n))
      .map((entity) => {
        const shares = quantity(entity.shares.get(n)!)
        return [testAddress(entity.n), { shares }] as const
      })
  }
  const { results, invalidVotes } = tally(entries, pools, delegationsFor)
  return { results: [...results], invalidVotes }
}

const [YES, NO, ABSTAIN] = [1, 2, 3]
const one: Entity = {
  n: 1,
  balance: 300n,
  shares: new Map([
    [1, 60n],
    [2, 30n],
    [3, 10n],
  ]),
}

describe('tally', () => {
  it('has an entity vote with the shares of all who delegate to it', () => {
    assert.deepEqual(count([one], new Map([[1, YES]])), {
      results: [[YES, 300n]],
      invalidVotes: 0n,
    })
  })

  it('has delegators vote with their own shares if they want something else', () => {
    assert.deepEqual(
      count(
        [one],
        new Map([
          [1, YES],
          [2, NO],
          [3, YES],
        ]),
      ),
      {
        results: [
          [YES, 210n],
          [NO, 90n],
        ],
        invalidVotes: 0n,
      },
    )
  })

  it('counts delegators also if their entity does not vote', () => {
    assert.deepEqual(
      count(
        [one],
        new Map([
          [2, NO],
          [3, ABSTAIN],
        ]),
      ).results,
      [
        [NO, 90n],
        [ABSTAIN, 30n],
      ],
    )
  })

  it('keeps votes behind which nothing is left', () => {
    const lonely = { ...one, shares: new Map([[2, 30n]]) }
    assert.deepEqual(
      count(
        [lonely],
        new Map([
          [1, YES],
          [2, NO],
        ]),
      ),
      {
        results: [
          [YES, 0n],
          [NO, 300n],
        ],
        // The entity has no shares of its own pool.
        invalidVotes: 1n,
      },
    )
    assert.deepEqual(count([{ ...one, shares: new Map() }], new Map([[1, YES]])).results, [
      [YES, 0n],
    ])
  })

  it('counts invalid votes: nobody voted with them', () => {
    assert.deepEqual(
      count(
        [one],
        new Map([
          [8, YES],
          [9, 77],
        ]),
      ),
      { results: [], invalidVotes: 2n },
    )
    assert.deepEqual(count([], new Map([[1, YES]])), { results: [], invalidVotes: 1n })
  })

  it('lets somebody vote in several pools, and rounds down in each', () => {
    const a: Entity = {
      n: 1,
      balance: 10n,
      shares: new Map([
        [1, 2n],
        [5, 1n],
      ]),
    }
    const b: Entity = {
      n: 2,
      balance: 10n,
      shares: new Map([
        [2, 5n],
        [5, 1n],
      ]),
    }
    assert.deepEqual(
      count(
        [a, b],
        new Map([
          [1, YES],
          [2, YES],
          [5, NO],
        ]),
      ).results,
      [
        [YES, 6n + 8n],
        [NO, 3n + 1n],
      ],
    )
  })

  it('counts votes of numbers that mean nothing', () => {
    assert.deepEqual(
      count(
        [one],
        new Map([
          [1, 0],
          [2, 255],
        ]),
      ).results,
      [
        [0, 210n],
        [255, 90n],
      ],
    )
  })

  it('gives as many as counting share by share', () => {
    const account = fc.integer({ min: 0, max: 9 })
    const sharesOf = fc.uniqueArray(fc.tuple(account, fc.bigInt(1n, 50n)), { selector: ([n]) => n })
    const entity = fc.record({ n: account, balance: fc.bigInt(0n, 999n), shares: sharesOf })
    const votes = fc.uniqueArray(fc.tuple(account, fc.constantFrom(0, 1, 2, 3)), {
      selector: ([n]) => n,
    })
    const entities = fc.uniqueArray(entity, { selector: ({ n }) => n, maxLength: 5 })
    fc.assert(
      fc.property(entities, votes, (given, cast) => {
        const known = given.map((each) => ({ ...each, shares: new Map(each.shares) }))
        const byVoter = new Map(cast)
        const { results } = count(known, byVoter)
        assert.deepEqual(
          results.filter(([, stake]) => stake > 0n),
          countedShareByShare(known, byVoter),
        )
        const voted = results.reduce((sum, [, stake]) => sum + stake, 0n)
        assert.ok(voted <= known.reduce((sum, { balance }) => sum + balance, 0n))
      }),
      { numRuns: 100 },
    )
  })
})

/** Each share votes as its owner, or else as the entity. */
function countedShareByShare(entities: readonly Entity[], votes: ReadonlyMap<number, number>) {
  const stakes = new Map<number, bigint>()
  for (const entity of entities) {
    const shares = new Map<number, bigint>()
    for (const [owner, amount] of entity.shares) {
      const vote = votes.get(owner) ?? votes.get(entity.n)
      if (vote !== undefined) shares.set(vote, (shares.get(vote) ?? 0n) + amount)
    }
    for (const [vote, amount] of shares)
      stakes.set(vote, (stakes.get(vote) ?? 0n) + (amount * entity.balance) / sharesIn(entity))
  }
  return [...stakes].filter(([, stake]) => stake > 0n).sort(([a], [b]) => a - b)
}

describe('decideOutcome', () => {
  const { passed, rejected } = ProposalState.names
  const decide = (votes: readonly (readonly [number, bigint])[], total: bigint, percent: number) =>
    decideOutcome(
      keyedMap(
        Vote,
        votes.map(([vote, stake]) => [vote, quantity(stake)] as const),
      ),
      quantity(total),
      percent,
    )

  it('compares the percentage of all stake that said yes, rounded down', () => {
    assert.equal(decide([[YES, 680n]], 1_000n, 68), passed)
    assert.equal(decide([[YES, 679n]], 1_000n, 68), rejected)
    assert.equal(
      decide(
        [
          [YES, 689n],
          [NO, 311n],
        ],
        1_000n,
        69,
      ),
      rejected,
    )
    assert.equal(
      decide(
        [
          [YES, 690n],
          [NO, 310n],
        ],
        1_000n,
        69,
      ),
      passed,
    )
    assert.equal(decide([[YES, 1n]], 1n, 100), passed)
  })

  it('rejects what nobody said yes to, whatever the threshold', () => {
    for (const votes of [[], [[NO, 5n]], [[YES, 0n]]] as const)
      assert.equal(decide(votes, 10n, 0), rejected)
  })

  it('stops if more voted than there is', () => {
    assert.throws(
      () =>
        decide(
          [
            [YES, 6n],
            [NO, 5n],
          ],
          10n,
          68,
        ),
      { name: 'BugError' },
    )
  })
})
