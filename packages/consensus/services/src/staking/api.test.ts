import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Account, GeneralAccount, Parameters } from '@wadi/consensus/staking'
import { BurnEvent, Event, ReclaimEscrowEvent, TransferEvent } from '@wadi/consensus/staking/events'
import { Address, printAddress } from '@wadi/primitives/address'
import { EMPTY_HASH, hashOfBytes } from '@wadi/primitives/hash'
import { quantity } from '@wadi/primitives/quantity'
import {
  BURN_ADDRESS,
  COMMON_POOL_ADDRESS,
  FEE_ACCUMULATOR_ADDRESS,
  GOVERNANCE_DEPOSITS_ADDRESS,
} from '@wadi/primitives/reservedAddresses'
import type { BlockEvent } from '../kernel/events.ts'
import { alice, bob, carol, pool, testLedger } from '../testing/testLedger.ts'
import { ask, QUIET_BLOCK, testView } from '../testing/testView.ts'
import {
  addDebondingDelegation,
  setAccount,
  setDelegation,
  setGovernanceDeposits,
  setParameters,
} from './state.ts'

const TYPE = 'oasis_event_100_staking'
const five = quantity(5n)
const by = (owner: Address) => ({ height: 0n, owner })

function holding(balance: bigint): Account {
  return make(Account, { general: make(GeneralAccount, { balance: quantity(balance) }) })
}

describe('staking, asked for accounts', () => {
  const { state } = testLedger({ commonPool: 7n })
  setGovernanceDeposits(state, quantity(9n))
  const view = testView(state)

  it('shows pools as accounts', () => {
    const shown: readonly (readonly [Address, bigint])[] = [
      [COMMON_POOL_ADDRESS, 7n],
      [FEE_ACCUMULATOR_ADDRESS, 0n],
      [GOVERNANCE_DEPOSITS_ADDRESS, 9n],
    ]
    for (const [address, balance] of shown)
      assert.deepEqual(ask(view, 'Staking/Account', by(address)), holding(balance))
  })

  it('shows an empty one for everybody else, but none for other reserved addresses', () => {
    assert.deepEqual(ask(view, 'Staking/Account', by(carol)), zero(Account))
    assert.throws(() => ask(view, 'Staking/Account', by(BURN_ADDRESS)), {
      module: 'unknown',
      message: `cometbft/staking: invalid account address: ${printAddress(BURN_ADDRESS)}`,
    })
  })

  it('tells allowances: none by pools or strangers', () => {
    const allowances = keyedMap(Address, [[bob, five]])
    setAccount(state, alice, make(Account, { general: make(GeneralAccount, { allowances }) }))
    const asking = (owner: Address, beneficiary: Address) =>
      ask(view, 'Staking/Allowance', { height: 0n, owner, beneficiary })
    assert.equal(asking(alice, bob), 5n)
    assert.equal(asking(alice, carol), 0n)
    assert.equal(asking(COMMON_POOL_ADDRESS, bob), 0n)
    assert.throws(() => asking(BURN_ADDRESS, bob), { module: 'unknown' })
  })

  it('refuses thresholds that nobody has set', () => {
    const threshold = (kind: bigint) => ask(view, 'Staking/Threshold', { height: 0n, kind })
    assert.equal(threshold(7n), 0n)
    for (const kind of [-1n, 8n])
      assert.throws(() => threshold(kind), { module: 'staking', code: 6 })
  })
})

describe('staking, asked for delegations', () => {
  const { state } = testLedger()
  setAccount(
    state,
    bob,
    make(Account, { escrow: { ...zero(Account).escrow, active: pool(8n, 4n) } }),
  )
  setDelegation(state, alice, bob, { shares: five })
  addDebondingDelegation(state, alice, bob, { shares: five, debondEnd: 9n })
  addDebondingDelegation(state, alice, bob, { shares: five, debondEnd: 8n })
  const view = testView(state)

  it('tells both ends of each, and the pool if that is wanted', () => {
    const own = { shares: 5n }
    const entries = (name: string, owner: Address) => [
      ...(ask(view, `Staking/${name}`, by(owner)) as Iterable<unknown>),
    ]
    assert.deepEqual(entries('DelegationsFor', alice), [[bob, own]])
    assert.deepEqual(entries('DelegationsTo', bob), [[alice, own]])
    assert.deepEqual(entries('DelegationsFor', bob), [])
    assert.deepEqual(entries('DelegationInfosFor', alice), [
      [bob, { delegation: own, pool: pool(8n, 4n) }],
    ])
    const debonding = [8n, 9n].map((debondEnd) => ({ ...own, debondEnd }))
    assert.deepEqual(entries('DebondingDelegationsFor', alice), [[bob, debonding]])
    assert.deepEqual(entries('DebondingDelegationsTo', bob), [[alice, debonding]])
    assert.deepEqual(entries('DebondingDelegationsTo', alice), [])
    assert.deepEqual(entries('DebondingDelegationInfosFor', alice), [
      [bob, debonding.map((delegation) => ({ delegation, pool: pool(0n, 0n) }))],
    ])
  })
})

describe('staking, asked for the token', () => {
  it('takes from the genesis document what the parameters do not say', () => {
    const { state } = testLedger()
    const staking = { ...zero(GenesisDocument).staking, tokenSymbol: 'OLD', tokenValueExponent: 3 }
    const view = testView(state, { genesis: { ...zero(GenesisDocument), staking } })
    assert.equal(ask(view, 'Staking/TokenSymbol', 0n), 'OLD')
    assert.equal(ask(view, 'Staking/TokenValueExponent', 0n), 3)
    setParameters(state, make(Parameters, { tokenSymbol: 'NEW', tokenValueExponent: 9 }))
    assert.equal(ask(view, 'Staking/TokenSymbol', 0n), 'NEW')
    assert.equal(ask(view, 'Staking/TokenValueExponent', 0n), 9)
  })
})

describe('Staking/GetEvents', () => {
  const transfer: TransferEvent = { from: alice, to: bob, amount: five }
  const burn: BurnEvent = { owner: alice, amount: five }
  const reclaim: ReclaimEscrowEvent = { owner: alice, escrow: bob, amount: five, shares: five }
  const told = (key: string, value: Uint8Array): BlockEvent => ({
    type: TYPE,
    attributes: [{ key, value }],
  })

  it('tells all of a block in order: its begin, its transactions, its end', () => {
    const raw = Uint8Array.of(1, 2, 3)
    const others: BlockEvent = { type: 'oasis_event_200_registry', attributes: [] }
    const result = { raw, code: 0, codespace: '', data: undefined, log: '' }
    const events = [others, told('burn', encode(BurnEvent, burn))]
    const block = {
      ...QUIET_BLOCK,
      beginEvents: [told('transfer', encode(TransferEvent, transfer))],
      transactions: [{ ...result, gasWanted: 0n, gasUsed: 0n, events }],
      endEvents: [told('reclaim_escrow', encode(ReclaimEscrowEvent, reclaim))],
    }
    const { state } = testLedger()
    const escrow = { add: undefined, take: undefined, debondingStart: undefined, reclaim }
    assert.deepEqual(ask(testView(state, { block }), 'Staking/GetEvents', 0n), [
      make(Event, { height: 10n, txHash: EMPTY_HASH, transfer }),
      make(Event, { height: 10n, txHash: hashOfBytes(raw), burn }),
      make(Event, { height: 10n, txHash: EMPTY_HASH, escrow }),
    ])
  })
})
