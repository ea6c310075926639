import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { oasisDialect, type SignatureDialect, stockDialect } from '../dialect.ts'
import { addBlock, type Ballot, beginChain, signCommit, testTime } from '../testing/signedChain.ts'
import type { Commit, CommitSig } from '../types/commit.ts'
import {
  type CommitClaim,
  verifyCommit,
  verifyCommitLight,
  verifyCommitTrusting,
} from './verifyCommit.ts'

const refusal = (name: string) => ({ module: 'unknown', code: 1, reason: `verifyCommit.${name}` })
const chain = beginChain([40n, 30n, 20n, 10n])
const { blockId } = addBlock(chain)
const { validators, chainId } = chain.state
const timestamp = testTime(9)
const claim: CommitClaim = { chainId, validators, blockId, height: 1n }

type Mark = 'block' | 'nil' | 'absent' | 'wrong'

function flipped(signature: CommitSig): CommitSig {
  assert.ok(signature.flag !== 'absent')
  const bytes = signature.signature.slice()
  bytes[3]! ^= 1
  return { ...signature, signature: bytes }
}

/** A commit in which the validators, strongest first, did as the marks say. */
function commitOf(...marks: readonly Mark[]): Commit {
  const ballots: Readonly<Record<Mark, Ballot>> = {
    block: { blockId, timestamp },
    wrong: { blockId, timestamp },
    nil: { blockId: undefined, timestamp },
    absent: undefined,
  }
  const poll = { validators, blockId, height: 1n, round: 0 }
  const commit = signCommit(chain, poll, (i) => ballots[marks[i]!])
  const signatures = commit.signatures.map((one, i) => (marks[i] === 'wrong' ? flipped(one) : one))
  return { ...commit, signatures }
}

const everybody = commitOf('block', 'block', 'block', 'block')

/** How many signatures were looked at. */
function countingDialect(): SignatureDialect & { readonly count: () => number } {
  let count = 0
  return {
    ...oasisDialect,
    verifyAll(signed) {
      count += signed.length
      return oasisDialect.verifyAll(signed)
    },
    count: () => count,
  }
}

describe('the commit of a block', () => {
  it('has signatures for it of more than two thirds of the power', () => {
    verifyCommit(oasisDialect, claim, everybody)
    verifyCommit(oasisDialect, claim, commitOf('block', 'block', 'nil', 'absent'))
    const two = commitOf('block', 'absent', 'block', 'absent')
    assert.throws(() => verifyCommit(oasisDialect, claim, two), refusal('notEnoughPower'))
    const nils = commitOf('block', 'nil', 'block', 'nil')
    assert.throws(() => verifyCommit(oasisDialect, claim, nils), refusal('notEnoughPower'))
  })

  it('needs one more than two thirds', () => {
    for (const [powers, isEnough] of [
      [[2n, 1n], false],
      [[200n, 100n], false],
      [[200n, 99n], true],
    ] as const) {
      const small = beginChain([...powers])
      const { blockId } = addBlock(small)
      const claim = { chainId, validators: small.state.validators, blockId, height: 1n }
      const poll = { ...claim, round: 0 }
      const commit = signCommit(small, poll, (i) => (i === 0 ? { blockId, timestamp } : undefined))
      const verify = () => verifyCommit(oasisDialect, claim, commit)
      if (isEnough) verify()
      else assert.throws(verify, refusal('notEnoughPower'))
    }
  })

  it('has no wrong signature, whatever it is for', () => {
    const wrong = commitOf('block', 'block', 'block', 'wrong')
    assert.throws(() => verifyCommit(oasisDialect, claim, wrong), refusal('badSignature'))
    const nil = commitOf('block', 'block', 'block', 'nil')
    const signatures = nil.signatures.with(3, flipped(nil.signatures[3]!))
    const wrongNil = { ...nil, signatures }
    assert.throws(() => verifyCommit(oasisDialect, claim, wrongNil), refusal('badSignature'))
    const laterRound = { ...everybody, round: 1 }
    assert.throws(() => verifyCommit(oasisDialect, claim, laterRound), refusal('badSignature'))
    assert.throws(() => verifyCommit(stockDialect, claim, everybody), refusal('badSignature'))
    const elsewhere = { ...claim, chainId: 'elsewhere' }
    assert.throws(() => verifyCommit(oasisDialect, elsewhere, everybody), refusal('badSignature'))
  })

  it('is of that block, that height and those validators', () => {
    const [first, second, ...rest] = everybody.signatures as [CommitSig, CommitSig]
    const cases: Readonly<Record<string, Partial<Commit>>> = {
      otherCount: { signatures: everybody.signatures.slice(1) },
      otherHeight: { height: 2n },
      otherBlock: { blockId: { ...blockId, hash: new Uint8Array(32) } },
      otherValidator: { signatures: [second, first, ...rest] },
    }
    for (const [name, change] of Object.entries(cases)) {
      const commit = { ...everybody, ...change }
      assert.throws(() => verifyCommit(oasisDialect, claim, commit), refusal(name), name)
      // Light clients go by places.
      const light = name === 'otherValidator' ? 'badSignature' : name
      assert.throws(() => verifyCommitLight(oasisDialect, claim, commit), refusal(light), name)
    }
  })

  it('is verified for a light client with as few signatures as are enough', () => {
    const dialect = countingDialect()
    verifyCommitLight(dialect, claim, everybody)
    assert.equal(dialect.count(), 2)
    verifyCommitLight(dialect, claim, commitOf('block', 'block', 'wrong', 'wrong'))
    const early = commitOf('wrong', 'block', 'block', 'block')
    assert.throws(() => verifyCommitLight(dialect, claim, early), refusal('badSignature'))
    const few = commitOf('block', 'absent', 'block', 'absent')
    assert.throws(() => verifyCommitLight(dialect, claim, few), refusal('notEnoughPower'))
  })

  it('may be verified with all signatures, where votes for nil count', () => {
    const late = commitOf('block', 'block', 'block', 'wrong')
    const all = (commit: Commit) => () => verifyCommitLight(oasisDialect, claim, commit, 'all')
    assert.throws(all(late), refusal('badSignature'))
    all(commitOf('nil', 'block', 'nil', 'absent'))()
    assert.throws(all(commitOf('nil', 'absent', 'block', 'absent')), refusal('notEnoughPower'))
  })
})

describe('the commit of a later block', () => {
  const third = { numerator: 1n, denominator: 3n }
  const trusting = (commit: Commit, trustLevel = third) =>
    verifyCommitTrusting(oasisDialect, { chainId, validators, trustLevel }, commit)
  const stranger = (signature: CommitSig): CommitSig => {
    assert.ok(signature.flag !== 'absent')
    return { ...signature, validatorAddress: new Uint8Array(20) }
  }

  it('is signed by more than a fraction of whom we trust, wherever they stand in it', () => {
    trusting({ ...everybody, signatures: everybody.signatures.toReversed() })
    trusting(commitOf('block', 'wrong', 'wrong', 'wrong'))
    const low = commitOf('absent', 'absent', 'block', 'block')
    assert.throws(() => trusting(low), refusal('notEnoughPower'))
    trusting(low, { numerator: 29n, denominator: 100n })
    assert.throws(
      () => trusting(low, { numerator: 30n, denominator: 100n }),
      refusal('notEnoughPower'),
    )
  })

  it('may have signatures of strangers, which do not count', () => {
    const [first, ...rest] = everybody.signatures as [CommitSig]
    trusting({ ...everybody, signatures: [stranger(first), ...rest] })
    const strangers = everybody.signatures.map(stranger)
    assert.throws(
      () => trusting({ ...everybody, signatures: strangers }),
      refusal('notEnoughPower'),
    )
  })

  it('is refused if somebody signed twice, or wrongly', () => {
    const last = everybody.signatures.at(-1)!
    const twice = { ...everybody, signatures: [last, last] }
    assert.throws(() => trusting(twice), refusal('twice'))
    assert.throws(
      () => trusting(commitOf('wrong', 'block', 'block', 'block')),
      refusal('badSignature'),
    )
    const claim = { chainId, validators, trustLevel: third }
    const late = commitOf('block', 'block', 'block', 'wrong')
    const all = () => verifyCommitTrusting(oasisDialect, claim, late, 'all')
    assert.throws(all, refusal('badSignature'))
  })

  it('needs a fraction that is one', () => {
    const zero = { numerator: 1n, denominator: 0n }
    assert.throws(() => trusting(everybody, zero), refusal('badTrustLevel'))
    const huge = { numerator: (1n << 63n) / 100n, denominator: 1n }
    assert.throws(() => trusting(everybody, huge), refusal('notEnoughPower'))
    const larger = { ...huge, numerator: huge.numerator + 1n }
    assert.throws(() => trusting(everybody, larger), refusal('badTrustLevel'))
  })
})
