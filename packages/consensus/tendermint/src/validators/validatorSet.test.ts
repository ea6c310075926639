import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { TOTAL_POWER_MAX } from '../limits.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import { validatorAddress } from '../validatorAddress.ts'
import { rotated } from './priorities.ts'
import {
  changeValidatorSet,
  compareInSet,
  createValidatorSet,
  findValidator,
  NO_VALIDATORS,
  type ValidatorChange,
} from './validatorSet.ts'

const key = (number: number) => new Uint8Array(32).fill(number)
const member = (number: number, power: bigint): ValidatorChange => ({
  publicKey: key(number),
  power,
})
const setOf = (...powers: readonly bigint[]) =>
  createValidatorSet(powers.map((power, i) => member(i + 1, power)))
const refusal = (name: string) => ({ module: 'unknown', code: 1, reason: `validatorSet.${name}` })
const numberOf = (address: Uint8Array | undefined) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].find((n) => toHex(validatorAddress(key(n))) === toHex(address!))
const shown = ({ validators, proposer }: ValidatorSet) =>
  [
    ...validators.map((v) => `${numberOf(v.address)}:${v.votingPower}:${v.proposerPriority}`),
    numberOf(proposer?.address),
  ].join(' ')

/** Every validator with power and priority, in order; then who proposes. Written by CometBFT. */
const GOLDEN = [
  '1:1000:-630 3:330:330 2:300:300 1',
  '1:1000:370 3:330:-970 2:300:600 3',
  '1:1000:-260 3:330:-640 2:300:900 1',
  '1:1000:-520 3:330:350 2:300:170 1',
  '1:1000:1186 3:330:-44 4:100:-1140 3',
  '1:1000:326 3:330:616 4:100:-940 1',
  '1:1000:297 3:330:1348 4:100:-438 2:1:-1206 1',
  '1:1000:1297 3:330:247 4:100:-338 2:1:-1205 3',
]

const members = fc
  .uniqueArray(fc.nat(40), { minLength: 1, maxLength: 8 })
  .chain((keys) =>
    fc.tuple(...keys.map((n) => fc.bigInt(1n, 60n).map((power) => member(n, power)))),
  )

describe('a set of validators', () => {
  it('takes turns as the validators of CometBFT 0.37.18 do', () => {
    let set = setOf(1000n, 300n, 330n)
    const seen = [shown(set)]
    const take = (next: ValidatorSet) => {
      set = next
      seen.push(shown(set))
    }
    for (const turns of [1, 1, 3]) take(rotated(set, turns))
    take(rotated(changeValidatorSet(set, [member(4, 100n), member(2, 0n)]), 1))
    take(rotated(set, 2))
    take(rotated(changeValidatorSet(set, [member(2, 1n)]), 1))
    take(rotated(set, 1))
    assert.deepEqual(seen, GOLDEN)
  })

  it('is ordered by power, then by address', () => {
    fc.assert(
      fc.property(members, (all) => {
        const { validators, totalVotingPower } = createValidatorSet(all)
        assert.deepEqual(validators.toSorted(compareInSet), validators)
        assert.equal(
          totalVotingPower,
          all.reduce((sum, { power }) => sum + power, 0n),
        )
      }),
    )
  })

  it('gives everybody as many turns as its share of the power', () => {
    fc.assert(
      fc.property(members, (all) => {
        let set = createValidatorSet(all)
        const turns = new Map<string, bigint>()
        for (let i = 0n; i < set.totalVotingPower; i++) {
          const proposer = toHex(set.proposer!.address)
          turns.set(proposer, (turns.get(proposer) ?? 0n) + 1n)
          set = rotated(set, 1)
        }
        for (const { address, votingPower } of set.validators) {
          const count = turns.get(toHex(address)) ?? 0n
          // Where it begins differs: by one turn at most.
          assert.ok(
            count >= votingPower - 1n && count <= votingPower + 1n,
            `${count} of ${votingPower}`,
          )
        }
      }),
      { numRuns: 30 },
    )
  })

  it('keeps priorities around zero and within twice the power of each other', () => {
    const changes = fc.array(fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 3 }))
    fc.assert(
      fc.property(members, changes, (all, steps) => {
        let set = createValidatorSet(all)
        for (const [i, step] of steps.entries()) {
          const isMember = (n: number) => findValidator(set, validatorAddress(key(n))) !== undefined
          const change = step.map((n) =>
            member(n, isMember(n) && i % 2 === 1 ? 0n : BigInt(n + i + 1)),
          )
          try {
            set = changeValidatorSet(set, change)
          } catch (error) {
            assert.ok(error instanceof CodedError)
            continue
          }
          const priorities = set.validators.map(({ proposerPriority }) => proposerPriority)
          const sum = priorities.reduce((a, b) => a + b, 0n)
          assert.ok(sum >= 0n && sum < BigInt(priorities.length), `${sum}`)
          const ordered = priorities.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
          const [min, max] = [ordered[0]!, ordered.at(-1)!]
          assert.ok(max - min <= 2n * set.totalVotingPower)
          set = rotated(set, 1)
        }
      }),
    )
  })

  it('does not depend on the order of changes', () => {
    fc.assert(
      fc.property(members, (all) => {
        assert.deepEqual(createValidatorSet(all.toReversed()), createValidatorSet(all))
      }),
    )
  })

  it('is what it was after no change, and is never written to', () => {
    const set = setOf(3n, 2n, 1n)
    const before = structuredClone(set)
    assert.equal(changeValidatorSet(set, []), set)
    changeValidatorSet(set, [member(1, 0n), member(2, 9n)])
    rotated(set, 5)
    assert.deepEqual(set, before)
    assert.equal(createValidatorSet([]), NO_VALIDATORS)
  })

  it('refuses changes that make no sense', () => {
    const set = setOf(3n, 2n)
    assert.throws(() => createValidatorSet([member(1, 0n)]), refusal('zeroPower'))
    assert.throws(() => createValidatorSet([member(1, 1n), member(1, 2n)]), refusal('duplicate'))
    assert.throws(() => changeValidatorSet(set, [member(1, -1n)]), refusal('negativePower'))
    assert.throws(() => changeValidatorSet(set, [member(3, 0n)]), refusal('unknownValidator'))
    const all = [member(1, 0n), member(2, 0n)]
    assert.throws(() => changeValidatorSet(set, all), refusal('nobodyLeft'))
    assert.equal(changeValidatorSet(set, [...all, member(3, 1n)]).validators.length, 1)
  })

  it('has at most an eighth of what 64 bits hold as its power', () => {
    assert.equal(setOf(TOTAL_POWER_MAX - 1n, 1n).totalVotingPower, TOTAL_POWER_MAX)
    assert.throws(() => setOf(TOTAL_POWER_MAX, 1n), refusal('tooMuchPower'))
    assert.throws(() => setOf(TOTAL_POWER_MAX + 1n), refusal('tooMuchPower'))
    // What is removed makes room, whatever the order.
    const set = setOf(TOTAL_POWER_MAX)
    const moved = changeValidatorSet(set, [member(1, 0n), member(2, TOTAL_POWER_MAX)])
    assert.equal(moved.totalVotingPower, TOTAL_POWER_MAX)
  })

  it('takes turns only if there is somebody, and at least one', () => {
    assert.throws(() => rotated(NO_VALIDATORS, 1), { name: 'BugError' })
    assert.throws(() => rotated(setOf(1n), 0), { name: 'BugError' })
  })
})
