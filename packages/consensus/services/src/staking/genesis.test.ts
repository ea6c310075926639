import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  Account,
  CommissionScheduleRules,
  type EscrowAccount,
  Genesis,
  Parameters,
} from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import { entriesOf, has } from '../kernel/state.ts'
import { testContext } from '../testing/testContext.ts'
import { alice, as, bob, carol, checkSound, pool, thresholdsOf } from '../testing/testLedger.ts'
import { exportGenesis, initChain, tokenInfoOf } from './genesis.ts'
import { checkGenesis } from './genesisChecks.ts'
import { accountOf, commonPoolOf, expiredDebondingsOf, totalSupplyOf } from './queries.ts'
import { addStakeClaim } from './stakeClaims.ts'
import { setLastBlockFees, setParameters, setTotalSupply } from './state.ts'

function account(balance: bigint, escrow: Partial<EscrowAccount> = {}): Account {
  const { general, ...rest } = zero(Account)
  return {
    general: { ...general, balance: quantity(balance) },
    escrow: { ...rest.escrow, ...escrow },
  }
}

function mapped<T>(...entries: readonly (readonly [Address, T])[]) {
  return keyedMap<Address, T>(Address, entries)
}

const delegation = (shares: bigint) => ({ shares: quantity(shares) })
const debonding = (shares: bigint, debondEnd: bigint) => ({ shares: quantity(shares), debondEnd })

const TERMS = { epoch: 7n, isDebug: false }

/** Alice has delegated to bob, and waits for some of it. */
function genesis(changes: Partial<Genesis> = {}): Genesis {
  return make(Genesis, {
    params: make(Parameters, {
      thresholds: thresholdsOf(0n),
      feeSplitWeightVote: quantity(1n),
      commissionScheduleRules: make(CommissionScheduleRules, {
        rateChangeInterval: 1n,
        maxRateSteps: 1,
        maxBoundSteps: 1,
      }),
    }),
    tokenSymbol: 'TEST',
    tokenValueExponent: 9,
    totalSupply: quantity(1_000n),
    commonPool: quantity(500n),
    lastBlockFees: quantity(20n),
    governanceDeposits: quantity(30n),
    ledger: mapped(
      [alice, account(100n)],
      [bob, account(250n, { active: pool(60n, 50n), debonding: pool(40n, 40n) })],
    ),
    delegations: mapped([bob, mapped([alice, delegation(50n)])]),
    debondingDelegations: mapped([
      bob,
      mapped([alice, [debonding(10n, 8n), debonding(10n, 8n), debonding(20n, 9n)]]),
    ]),
    ...changes,
  })
}

function begin(staking: Genesis, isDebug = false): Context {
  const ctx = testContext({ mode: 'initChain', lastHeight: 0n, isDebug })
  const document = make(GenesisDocument, { staking })
  initChain(ctx, { document, validators: [] })
  return ctx
}

function refusal(reason: string) {
  return { module: 'unknown', code: 1, reason: `staking/genesis.${reason}` }
}

/** Both what begins a chain, and what a node checks before, refuse the section. */
function assertRefused(changes: Partial<Genesis>, reason: string): void {
  assert.throws(() => begin(genesis(changes)), refusal(reason))
  assert.throws(() => checkGenesis(genesis(changes), TERMS), refusal(reason))
}

const LEDGER = genesis().ledger

describe('the beginning of the ledger', () => {
  it('writes what the document says, and puts old fees into the common pool', () => {
    const ctx = begin(genesis())
    const { state } = ctx
    assert.equal(commonPoolOf(state), 520n)
    assert.equal(totalSupplyOf(state), 1_000n)
    assert.equal(has(state, keys.lastBlockFees), false)
    assert.equal(has(state, keys.epochSigning), false)
    assert.equal(accountOf(state, bob).escrow.active.totalShares, 50n)
    // What ends in the same epoch is one entry.
    const shares = expiredDebondingsOf(state, 9n).map((entry) => entry.delegation.shares)
    assert.deepEqual(shares, [20n, 20n])
    checkSound(ctx)
    checkGenesis(genesis(), TERMS)
  })

  it('refuses parameters that no network may have', () => {
    const params = make(Parameters, {})
    const bad = { reason: 'staking/parameters.thresholdMissing' }
    assert.throws(() => begin(genesis({ params })), bad)
    assert.throws(() => checkGenesis(genesis({ params }), TERMS), bad)
  })

  it('refuses a supply that is not the sum of everything', () => {
    assertRefused({ totalSupply: quantity(1_001n) }, 'totalSupply')
    assertRefused({ governanceDeposits: quantity(31n) }, 'totalSupply')
  })

  it('refuses null instead of values, with their path', () => {
    const ledger = mapped<Account | undefined>(...LEDGER, [carol, undefined])
    assertRefused({ ledger }, 'missing')
    assert.throws(() => begin(genesis({ ledger })), /staking\.ledger\.oasis1/)
    const nobody = mapped([bob, mapped([alice, undefined])])
    assertRefused({ delegations: nobody }, 'missing')
    const nothing = mapped([bob, mapped([alice, [undefined]])])
    assertRefused({ debondingDelegations: nothing }, 'missing')
  })

  it('refuses reserved addresses everywhere', () => {
    const ledger = mapped(...LEDGER, [COMMON_POOL_ADDRESS, account(0n)])
    assertRefused({ ledger }, 'invalidAddress')
    const { delegations, debondingDelegations } = genesis()
    const to = COMMON_POOL_ADDRESS
    assertRefused({ delegations: mapped(...delegations, [to, mapped()]) }, 'invalidAddress')
    const waiting = mapped(...debondingDelegations, [to, mapped()])
    assertRefused({ debondingDelegations: waiting }, 'invalidAddress')
    const from = mapped([alice, delegation(50n)], [COMMON_POOL_ADDRESS, delegation(0n)])
    assertRefused({ delegations: mapped([bob, from]) }, 'invalidAddress')
    const fromWaiting = mapped([alice, [debonding(40n, 8n)]], [COMMON_POOL_ADDRESS, []])
    assertRefused({ debondingDelegations: mapped([bob, fromWaiting]) }, 'invalidAddress')
  })

  it('refuses stake claims, which the registry makes anew', () => {
    const ledger = mapped(...LEDGER, [carol, account(0n, withClaim())])
    assertRefused({ ledger }, 'stakeClaims')
  })

  it("refuses shares that are nobody's or more than there are", () => {
    assertRefused({ delegations: mapped([bob, mapped([alice, delegation(49n)])]) }, 'activeShares')
    assertRefused({ delegations: mapped([bob, undefined]) }, 'activeShares')
    const waiting = mapped([bob, mapped([alice, [debonding(39n, 8n)]])])
    assertRefused({ debondingDelegations: waiting }, 'debondingShares')
  })

  it('does not look at accounts to which nothing is delegated; a node does', () => {
    const none = genesis({ delegations: mapped() })
    begin(none)
    assert.throws(() => checkGenesis(none, TERMS), refusal('activeShares'))
  })
})

/** What an account has in escrow that has a claim. */
function withClaim(): Partial<EscrowAccount> {
  const { state } = begin(genesis())
  addStakeClaim(state, alice, 'entity', [])
  return { stakeAccumulator: accountOf(state, alice).escrow.stakeAccumulator }
}

describe('a node that gets a genesis document', () => {
  const refused = (changes: Partial<Genesis>, reason: string) =>
    assert.throws(() => checkGenesis(genesis(changes), TERMS), refusal(reason))

  it('refuses tokens without a proper name', () => {
    checkGenesis(genesis({ tokenSymbol: 'ABCDEFGH', tokenValueExponent: 20 }), TERMS)
    for (const tokenSymbol of ['', 'ABCDEFGHI', 'abc', 'A1', 'A\n'])
      refused({ tokenSymbol }, 'tokenSymbol')
    refused({ tokenValueExponent: 21 }, 'tokenValueExponent')
  })

  it('refuses allowances beyond the supply, or of reserved addresses', () => {
    const allowing = (to: Address, amount: bigint) => {
      const { general, escrow } = account(100n)
      const allowances = mapped([to, quantity(amount)])
      return mapped(...LEDGER, [alice, { general: { ...general, allowances }, escrow }])
    }
    checkGenesis(genesis({ ledger: allowing(carol, 1_000n) }), TERMS)
    refused({ ledger: allowing(carol, 1_001n) }, 'allowance')
    refused({ ledger: allowing(COMMON_POOL_ADDRESS, 0n) }, 'invalidAddress')
  })

  it('refuses commission schedules that the rules do not allow', () => {
    const commissionSchedule = { rates: [{ start: 0n, rate: quantity(1n) }], bounds: [] }
    const ledger = mapped(...LEDGER, [alice, account(100n, { commissionSchedule })])
    const check = () => checkGenesis(genesis({ ledger }), TERMS)
    assert.throws(check, { reason: 'commission.boundsMissing' })
  })

  it("refuses delegations to nobody, and stake that is nobody's", () => {
    const { delegations } = genesis()
    refused({ delegations: mapped(...delegations, [carol, mapped()]) }, 'noAccount')
    const ledger = mapped(...LEDGER, [alice, account(90n, { active: pool(10n, 0n) })])
    refused({ ledger }, 'nobodysStake')
  })
})

describe('the export of the ledger', () => {
  it('is what a chain began with, but for what a beginning merges', () => {
    const { state } = begin(genesis())
    const exported = exportGenesis(state, genesis())
    const expected = genesis({
      commonPool: quantity(520n),
      lastBlockFees: quantity(0n),
      debondingDelegations: mapped([
        bob,
        mapped([alice, [debonding(20n, 8n), debonding(20n, 9n)]]),
      ]),
    })
    assert.deepEqual(encode(Genesis, exported), encode(Genesis, expected))
  })

  it('begins a chain that exports the same', () => {
    const { state } = begin(genesis())
    setLastBlockFees(state, quantity(5n))
    setTotalSupply(state, quantity(1_005n))
    const exported = exportGenesis(state, genesis())
    assert.equal(exported.lastBlockFees, 5n)
    const again = begin(exported).state
    const root = (s: typeof state) => [...entriesOf(s, keys.accounts)]
    assert.deepEqual(root(again), root(state))
    assert.equal(commonPoolOf(again), 525n)
  })

  it('leaves claims out', () => {
    const ctx = begin(genesis())
    addStakeClaim(ctx.state, alice, 'entity', [])
    const exported = exportGenesis(ctx.state, genesis())
    assert.equal(exported.ledger.get(alice)?.escrow.stakeAccumulator.claims.size, 0)
    begin(exported)
  })

  it("has the token's name from the parameters, or else from the document", () => {
    const { state } = as(begin(genesis()), {})
    assert.deepEqual(tokenInfoOf(state, genesis()), { tokenSymbol: 'TEST', tokenValueExponent: 9 })
    const { params } = genesis()
    setParameters(state, { ...params, tokenSymbol: 'NEW', tokenValueExponent: 4 })
    assert.deepEqual(tokenInfoOf(state, genesis()), { tokenSymbol: 'NEW', tokenValueExponent: 4 })
  })
})
