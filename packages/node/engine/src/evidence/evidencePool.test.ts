import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { encode } from '@wadi/protobuf/codec'
import { oasisDialect, type SignatureDialect } from '@wadi/tendermint/dialect'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { PENDING_ATTACKS_MAX, PENDING_PER_OFFENDER_MAX } from './limits.ts'
import {
  attack,
  type Body,
  evidenceOf,
  openPool,
  type Setup,
  STATES,
  votes,
} from './testing/sampleEvidence.ts'

function pendingOf({ pool }: Setup): readonly Evidence[] {
  return pool.pending(-1n).evidence
}

describe('the evidence pool', () => {
  it('takes two votes of a validator in the same step for different blocks', () => {
    const setup = openPool(8)
    setup.pool.add(evidenceOf(3n))
    setup.pool.add(evidenceOf(3n))
    assert.deepEqual(pendingOf(setup), [evidenceOf(3n)])
    setup.pool.check([evidenceOf(3n), evidenceOf(3n, 1)])
    assert.equal(setup.pool.size, 2)
  })

  const good = evidenceOf(3n).body as Body
  const [, other] = votes(3n, 1)
  const refused: [string, Evidence][] = [
    ['otherTime', evidenceOf(3n, 0, { timestamp: { seconds: 1n, nanoseconds: 0 } })],
    ['otherPower', evidenceOf(3n, 0, { validatorPower: 1n })],
    ['otherTotalPower', evidenceOf(3n, 0, { totalVotingPower: 1n })],
    ['sameBlock', evidenceOf(3n, 0, { voteB: good.voteA })],
    ['notSameValidator', evidenceOf(3n, 0, { voteB: other })],
    ['notSameStep', evidenceOf(3n, 0, { voteB: { ...good.voteB, round: 1 } })],
    ['notSameStep', evidenceOf(3n, 0, { voteB: { ...good.voteB, type: 'prevote' } })],
    ['notSameStep', evidenceOf(3n, 0, { voteB: { ...good.voteB, height: 4n } })],
    [
      'notValidator',
      evidenceOf(3n, 0, { voteA: { ...good.voteA, validatorAddress: new Uint8Array(20) } }),
    ],
    [
      'badSignature',
      evidenceOf(3n, 0, { voteA: { ...good.voteA, signature: good.voteB.signature } }),
    ],
    [
      'badSignature',
      evidenceOf(3n, 0, { voteB: { ...good.voteB, signature: good.voteA.signature } }),
    ],
    ['noHeader', evidenceOf(9n)],
  ]
  for (const [reason, evidence] of refused)
    it(`refuses evidence with the reason ${reason}`, () => {
      const setup = openPool(8)
      assert.throws(() => setup.pool.add(evidence), { reason: `evidence.${reason}` })
      assert.throws(() => setup.pool.check([evidence]), { reason: `evidence.${reason}` })
      assert.equal(setup.pool.size, 0)
    })

  it('refuses what is too old by blocks and by time, and only that', () => {
    // Ten blocks and twenty seconds; a block takes a second here.
    for (const [height, isOld] of [
      [13, false],
      [23, false],
      [24, true],
    ] as const) {
      const { pool } = openPool(height)
      if (isOld) assert.throws(() => pool.add(evidenceOf(3n)), { reason: 'evidence.tooOld' })
      else pool.add(evidenceOf(3n))
    }
  })

  it('refuses in a block what is there twice or was in a block before', () => {
    const { pool } = openPool(8)
    const [one, two] = [evidenceOf(3n), evidenceOf(4n)]
    assert.throws(() => pool.check([one, two, one]), { reason: 'evidence.duplicate' })
    pool.update(STATES[9]!, [one])
    assert.throws(() => pool.check([two, one]), { reason: 'evidence.alreadyCommitted' })
    pool.add(one)
    assert.equal(pool.size, 1)
    pool.check([two])
  })

  it('gives a block the oldest first, as much as fits', () => {
    const { pool } = openPool(8)
    for (const height of [5n, 3n, 4n]) pool.add(evidenceOf(height))
    const all = pool.pending(-1n)
    assert.deepEqual(all.evidence, [evidenceOf(3n), evidenceOf(4n), evidenceOf(5n)])
    const sizes = all.evidence.map((evidence) => encode(Evidence, evidence).length)
    assert.equal(all.size, BigInt(sizes.reduce((sum, size) => sum + size + 3, 0)))
    assert.equal(pool.pending(all.size - 1n).evidence.length, 2)
    assert.deepEqual(pool.pending(0n), { evidence: [], size: 0n })
  })

  it('gives a block what fits, though something older never does', () => {
    const { pool } = openPool(8)
    const [large, small] = [attack(3n, 5n), evidenceOf(5n)]
    pool.add(large)
    pool.add(small)
    const bytesMax = BigInt(encode(Evidence, large).length)
    assert.deepEqual(pool.pending(-1n).evidence, [large, small])
    assert.deepEqual(pool.pending(bytesMax).evidence, [small])
  })

  it('forgets evidence in a block, and evidence that has become too old', () => {
    const { pool } = openPool(8)
    pool.add(evidenceOf(3n))
    pool.add(evidenceOf(5n))
    pool.update(STATES[9]!, [evidenceOf(3n)])
    assert.deepEqual(pool.pending(-1n).evidence, [evidenceOf(5n)])
    pool.update(STATES[25]!, [])
    assert.equal(pool.size, 1)
    pool.update(STATES[26]!, [])
    assert.equal(pool.size, 0)
  })

  it('makes evidence of conflicting votes when their height is decided', () => {
    const { pool } = openPool(8)
    let told = 0
    pool.listen(() => void told++)
    const [first, second] = votes(9n)
    pool.reportConflictingVotes(second, first)
    pool.reportConflictingVotes(first, second)
    const [early] = [votes(7n, 1)]
    pool.reportConflictingVotes(...early)
    assert.equal(pool.size, 0)
    pool.update(STATES[9]!, [])
    assert.deepEqual(pool.pending(-1n).evidence, [evidenceOf(7n, 1), evidenceOf(9n)])
    assert.equal(told, 1)
    // What it made itself passes its own checks, and those of others.
    openPool(9).pool.check([evidenceOf(7n, 1), evidenceOf(9n)])
  })

  it('holds few pieces of one offender, and never loses one of another for them', () => {
    const { pool } = openPool(8)
    for (let round = 0; round < PENDING_PER_OFFENDER_MAX; round++)
      pool.add(evidenceOf(3n, 0, {}, round))
    assert.throws(() => pool.add(evidenceOf(3n, 0, {}, 99)), { reason: 'evidence.tooMany' })
    pool.check([evidenceOf(3n, 0, {}, 99)])
    pool.add(evidenceOf(3n, 1))
    assert.equal(pool.size, PENDING_PER_OFFENDER_MAX + 1)
  })

  it('verifies no signature of who has offended often enough', () => {
    let verified = 0
    const verify: SignatureDialect['verify'] = (message) => {
      verified++
      return oasisDialect.verify(message)
    }
    const { pool } = openPool(8, new MemoryFiles(), { dialect: { ...oasisDialect, verify } })
    const tell = (round: number) => pool.add(evidenceOf(3n, 0, {}, round))
    for (let round = 0; round < PENDING_PER_OFFENDER_MAX; round++) tell(round)
    const before = verified
    assert.notEqual(before, 0)
    for (let round = 50; round < 60; round++)
      assert.throws(() => tell(round), { reason: 'evidence.tooMany' })
    assert.equal(verified, before)
  })

  it('holds as few pairs of votes of one offender until their height is decided', () => {
    const { pool } = openPool(8)
    for (let round = 0; round < 20; round++) pool.reportConflictingVotes(...votes(9n, 0, round))
    pool.reportConflictingVotes(...votes(9n, 1))
    pool.update(STATES[9]!, [])
    assert.equal(pool.size, PENDING_PER_OFFENDER_MAX + 1)
  })

  it('holds so many attacks on light clients and refuses one more', () => {
    const { pool } = openPool(8)
    const attackBy = (number: number): Evidence =>
      attack(3n, 5n, { appHash: new Uint8Array(32).fill(number + 100) })
    for (let number = 0; number < PENDING_ATTACKS_MAX; number++) pool.add(attackBy(number))
    assert.throws(() => pool.add(attackBy(PENDING_ATTACKS_MAX)), { reason: 'evidence.tooMany' })
    pool.add(evidenceOf(3n))
  })

  it('judges an attack on a light client by what the chain says at its heights', () => {
    const { pool } = openPool(8)
    pool.add(attack(3n, 5n))
    pool.add(attack(4n, 4n, { dataHash: new Uint8Array(32).fill(1) }))
    pool.check([attack(3n, 5n)])
    assert.equal(pool.size, 2)
    const { body } = attack(3n, 6n) as Extract<Evidence, { kind: 'light-client-attack' }>
    const kind = 'light-client-attack'
    const [, ...others] = body.byzantineValidators
    for (const bad of [
      attack(3n, 6n, {}),
      attack(4n, 4n),
      attack(3n, 8n),
      { kind, body: { ...body, byzantineValidators: others } },
      { kind, body: { ...body, totalVotingPower: 1n } },
    ] as const) {
      assert.throws(() => pool.add(bad), CodedError)
      assert.throws(() => pool.check([bad]), CodedError)
    }
    // Of what is pending already under the same name, another piece is judged as well.
    const known = attack(3n, 5n).body
    const changed = { kind, body: { ...known, byzantineValidators: others } } as Evidence
    assert.throws(() => pool.check([changed]), CodedError)
    assert.equal(pool.size, 2)
  })
})

describe('the evidence pool after a crash', () => {
  it('has everything that was pending, committed or waiting for its height', () => {
    const { pool, files } = openPool(8)
    pool.add(evidenceOf(3n))
    pool.add(attack(3n, 5n))
    pool.update(STATES[8]!, [evidenceOf(4n)])
    pool.reportConflictingVotes(...votes(9n))
    files.cutPower(() => 0)
    const again = openPool(8, files).pool
    assert.deepEqual(again.pending(-1n), pool.pending(-1n))
    assert.throws(() => again.check([evidenceOf(4n)]), { reason: 'evidence.alreadyCommitted' })
    again.update(STATES[9]!, [])
    assert.equal(again.size, 3)
  })

  it('has lost nothing wherever it stopped, also while its log was written anew', () => {
    for (let failAfter = 0; failAfter < 120; failAfter++) {
      const files = new MemoryFiles()
      const first = openPool(8, files, { bytesMax: 1500 }).pool
      files.failAfter(failAfter)
      const added: Evidence[] = []
      let committed = 0
      try {
        for (let height = 3n; height <= 7n; height++) {
          for (const number of [0, 1, 2]) {
            first.add(evidenceOf(height, number))
            added.push(evidenceOf(height, number))
          }
          first.update(STATES[8]!, added.slice(committed, committed + 2))
          committed += 2
        }
      } catch (error) {
        assert.ok(error instanceof UnavailableError)
      }
      let state = failAfter
      files.cutPower((bound) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return (state >>> 8) % bound
      })
      const { pool } = openPool(8, files)
      const keys = new Set(pool.pending(-1n).evidence.map((evidence) => encode(Evidence, evidence)))
      const texts = new Set(Array.from(keys, String))
      for (const evidence of added.slice(committed + 2))
        assert.ok(texts.has(String(encode(Evidence, evidence))))
      for (const evidence of added.slice(0, committed))
        assert.throws(() => pool.check([evidence]), { reason: 'evidence.alreadyCommitted' })
    }
  })
})
