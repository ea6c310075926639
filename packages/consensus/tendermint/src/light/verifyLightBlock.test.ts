import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CodedError } from '@wadi/base/errors'
import { addMilliseconds } from '@wadi/primitives/moment'
import { oasisDialect } from '../dialect.ts'
import type { LightBlock } from '../types/lightBlock.ts'
import {
  CLOCK_DRIFT_MS,
  checkTrustLevel,
  DEFAULT_TRUST_LEVEL,
  type LightRules,
} from './lightRules.ts'
import { cheapDialect, LightChain, realSigner, timeAt } from './testing/lightChain.ts'
import {
  verifyAdjacent,
  verifyBackwards,
  verifyForwards,
  verifyNonAdjacent,
} from './verifyLightBlock.ts'

const RULES: LightRules = {
  dialect: cheapDialect,
  trustLevel: DEFAULT_TRUST_LEVEL,
  trustPeriodMs: 1_000_000,
  clockDriftMs: CLOCK_DRIFT_MS,
}
const NOW = timeAt(100n)

/** Six validators; one is exchanged every ten blocks. */
const chain = new LightChain({
  last: 100n,
  membersAt: (height) => Array.from({ length: 6 }, (_, i) => i + Number(height / 10n)),
})

function withHeader(
  block: LightBlock,
  change: Partial<LightBlock['signedHeader']['header']>,
): LightBlock {
  const { header, commit } = block.signedHeader
  return { ...block, signedHeader: { header: { ...header, ...change }, commit } }
}

function withSignatures(block: LightBlock, count: number, signature?: Uint8Array): LightBlock {
  const { header, commit } = block.signedHeader
  const signatures = commit.signatures.map((given, i) => {
    if (i < count || given.flag === 'absent') return given
    return signature === undefined ? ({ flag: 'absent' } as const) : { ...given, signature }
  })
  return { ...block, signedHeader: { header, commit: { ...commit, signatures } } }
}

function refusal(
  verify: typeof verifyForwards,
  trusted: LightBlock,
  untrusted: LightBlock,
  rules: LightRules = RULES,
): string {
  try {
    verify({ trusted, untrusted }, rules, NOW)
    return ''
  } catch (error) {
    const { reason, message } = error as CodedError
    return `${reason.replace('light.', '')}: ${message}`
  }
}

const first = chain.at(1n)

describe('a light block right after a trusted one', () => {
  it('is believed if its validators are those that were named, and have signed it', () => {
    assert.equal(refusal(verifyAdjacent, first, chain.at(2n)), '')
    assert.equal(refusal(verifyForwards, chain.at(9n), chain.at(10n)), '')
    assert.equal(refusal(verifyAdjacent, first, withSignatures(chain.at(2n), 5)), '')
    const real = new LightChain({
      dialect: oasisDialect,
      signerOf: realSigner,
      last: 9n,
      membersAt: () => [1, 2, 3, 4],
    })
    const rules = { ...RULES, dialect: oasisDialect }
    assert.equal(refusal(verifyAdjacent, real.at(1n), real.at(2n), rules), '')
    assert.match(refusal(verifyAdjacent, real.at(1n), real.at(2n)), /invalid.*wrong signature/)
  })

  it('is refused in the reference’s order of reasons', () => {
    const elsewhere = chain.forked({
      from: 2n,
      change: (header) => header,
      membersAt: () => [1, 2],
    })
    const cases: readonly (readonly [LightBlock, RegExp, Partial<LightRules>?])[] = [
      [chain.at(3n), /^notAdjacent/, { trustPeriodMs: 0 }],
      [withHeader(chain.at(2n), { chainId: 'x' }), /^expired/, { trustPeriodMs: 99_000 }],
      [withHeader(chain.at(2n), { chainId: 'x' }), /^invalid.*chain/],
      [withHeader(chain.at(2n), { time: timeAt(1n) }), /^invalid.*another header/],
      [retimed(2n, -1000), /^invalid.*not later/],
      [retimed(2n, 98_000 + CLOCK_DRIFT_MS), /^invalid.*future/],
      [{ ...chain.at(2n), validatorSet: chain.validatorsAt(50n) }, /^invalid.*other validators/],
      [elsewhere.at(3n), /^notAdjacent/],
      [remade(2n), /^otherNextValidators/],
      [withSignatures(chain.at(2n), 4), /^invalid.*not enough/],
      [withSignatures(chain.at(2n), 2, new Uint8Array(32)), /^invalid.*wrong signature/],
    ]
    for (const [block, expected, rules] of cases)
      assert.match(refusal(verifyAdjacent, first, block, { ...RULES, ...rules }), expected)
    assert.equal(refusal(verifyAdjacent, first, retimed(2n, 98_000 + CLOCK_DRIFT_MS - 1)), '')
    assert.equal(
      refusal(verifyAdjacent, first, chain.at(2n), { ...RULES, trustPeriodMs: 99_001 }),
      '',
    )
  })
})

/** Block 2 of another chain, at another time. */
function retimed(height: bigint, byMs: number): LightBlock {
  const change = (header: LightBlock['signedHeader']['header']) => ({
    ...header,
    time: addMilliseconds(header.time, byMs),
  })
  return chain.forked({ from: height, change }).at(height)
}

/** A block of other validators than those that the block before names. */
function remade(height: bigint): LightBlock {
  const membersAt = () => [1, 2]
  return chain.forked({ from: height - 1n, change: (header) => header, membersAt }).at(height)
}

describe('a later light block', () => {
  it('is believed if enough of the trusted validators, and of its own, have signed it', () => {
    assert.equal(refusal(verifyNonAdjacent, first, chain.at(3n)), '')
    assert.equal(refusal(verifyForwards, first, chain.at(39n)), '')
    assert.match(
      refusal(verifyForwards, first, chain.at(40n)),
      /^cannotTrust: .*20, not more than 20/,
    )
  })

  it('needs as much of the trusted validators as one wants', () => {
    const all = { ...RULES, trustLevel: { numerator: 2n, denominator: 3n } }
    assert.equal(refusal(verifyForwards, first, chain.at(19n), all), '')
    assert.match(refusal(verifyForwards, first, chain.at(20n), all), /^cannotTrust/)
  })

  it('is refused in the reference’s order of reasons', () => {
    const cases: readonly (readonly [LightBlock, RegExp, Partial<LightRules>?])[] = [
      [chain.at(2n), /^notAdjacent/, { trustPeriodMs: 0 }],
      [chain.at(40n), /^expired/, { trustPeriodMs: 99_000 }],
      [first, /^invalid.*not higher/],
      [retimed(40n, 60_000 + CLOCK_DRIFT_MS), /^invalid.*future/],
      [withSignatures(chain.at(40n), 1), /^cannotTrust/],
      [withSignatures(chain.at(5n), 3), /^invalid.*not enough/],
      [withSignatures(chain.at(5n), 3, new Uint8Array(32)), /^invalid.*wrong signature/],
    ]
    for (const [block, expected, rules] of cases)
      assert.match(refusal(verifyNonAdjacent, first, block, { ...RULES, ...rules }), expected)
    const early = withSignatures(chain.at(5n), 2, new Uint8Array(32))
    assert.match(refusal(verifyNonAdjacent, first, early), /wrong signature/)
  })
})

describe('a block before a trusted one', () => {
  it('is believed if the trusted one names it, however old it is', () => {
    const headerAt = (height: bigint) => chain.at(height).signedHeader.header
    verifyBackwards(headerAt(3n), headerAt(2n))
    const reasons: readonly (readonly [LightBlock['signedHeader']['header'], RegExp])[] = [
      [{ ...headerAt(2n), height: 0n }, /height/],
      [{ ...headerAt(2n), chainId: 'x' }, /another chain/],
      [{ ...headerAt(2n), time: timeAt(3n) }, /not earlier/],
      [{ ...headerAt(2n), appHash: new Uint8Array(32) }, /names/],
      [headerAt(1n), /names/],
    ]
    for (const [header, expected] of reasons)
      assert.throws(() => verifyBackwards(headerAt(3n), header), { message: expected })
  })
})

describe('a trust level', () => {
  it('is from a third to all', () => {
    for (const [numerator, denominator] of [
      [1n, 3n],
      [2n, 3n],
      [1n, 1n],
    ] as const)
      checkTrustLevel({ numerator, denominator })
    for (const [numerator, denominator] of [
      [33n, 100n],
      [4n, 3n],
      [0n, 1n],
      [1n, 0n],
      [-1n, -3n],
    ] as const)
      assert.throws(() => checkTrustLevel({ numerator, denominator }), {
        reason: 'light.badTrustLevel',
      })
  })
})
