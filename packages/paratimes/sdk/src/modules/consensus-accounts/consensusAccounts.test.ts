import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decodeRust, encode, encodeRust, make, type Schema } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { currentEpoch } from '@wadi/consensus/beacon/keys'
import { TransactionEvent } from '@wadi/consensus/consensus/api'
import { RoundResults } from '@wadi/consensus/roothash'
import { EscrowEvent, Event } from '@wadi/consensus/staking/events'
import { AddEscrowResult, ReclaimEscrowResult } from '@wadi/consensus/staking/methods'
import { type Address, runtimeAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import type { BatchOutcome, RuntimeTag } from '@wadi/runtime-protocol/runtime'
import { value } from '../../codec.ts'
import type { EventKind } from '../../events.ts'
import type { Frame } from '../../frame/frame.ts'
import { type Store, storeOf } from '../../state/overlay.ts'
import { alice, bob, dave } from '../../testing/testKeys.ts'
import {
  bridgeParameters,
  DONE,
  resultAt,
  runtimeId,
  signed,
  TEST,
  type TestCall,
  TestChain,
  testModules,
  testParatime,
} from '../../testing/testParatime.ts'
import { NATIVE, U64_MAX } from '../../types/token.ts'
import { consensusAccounts } from './consensusAccounts.ts'
import {
  addUndelegation,
  dueUndelegations,
  PENDING_DELEGATION,
  PENDING_WITHDRAWAL,
  takeReceipt,
} from './state.ts'
import * as types from './types.ts'

const test = (amount: bigint) => ({ amount, denomination: TEST })
const validator = bob.address

const deposit = (amount: bigint, to?: Address): TestCall => ({
  method: 'consensus.Deposit',
  body: encodeRust(types.Move, { to, amount: test(amount) }),
})
const withdraw = (amount: bigint, to?: Address): TestCall => ({
  ...deposit(amount, to),
  method: 'consensus.Withdraw',
})
const delegate = (amount: bigint, receipt = 0n): TestCall => ({
  method: 'consensus.Delegate',
  body: encodeRust(types.Delegate, { to: validator, amount: test(amount), receipt }),
})
const undelegate = (shares: bigint, receipt = 0n): TestCall => ({
  method: 'consensus.Undelegate',
  body: encodeRust(types.Undelegate, { from: validator, shares, receipt }),
})

/** How a single message went. */
function resultsOf<T>(schema?: Schema<T>, result?: T): RoundResults {
  const encoded = schema === undefined ? Uint8Array.of(0xf6) : encode(schema, result as T)
  return make(RoundResults, { messages: [{ module: '', code: 0, index: 0, result: encoded }] })
}
const failed = make(RoundResults, {
  messages: [{ module: 'staking', code: 5, index: 0, result: Uint8Array.of(0xf6) }],
})

/** The bodies of the events of a kind among some tags. */
function eventsOf<T>(kind: EventKind<T>, tags: readonly RuntimeTag[]): readonly T[] {
  const tag = tags.find(({ key }) => toHex(key) === toHex(kind.key))
  if (tag === undefined) return []
  return decodeRust(list(value), tag.value).map((body) => decodeRust(kind.body, body))
}

/** Sends a message by a call, and tells how it went. */
function goThrough(chain: TestChain, input: Uint8Array, results: RoundResults) {
  const sent = chain.execute([input])
  assert.deepEqual(resultAt(sent), DONE)
  const told = chain.execute([], { roundResults: results })
  return { message: sent.messages[0]!.staking!, told }
}

function failureOf(outcome: BatchOutcome): string {
  const result = resultAt(outcome)
  return result.kind === 'fail'
    ? `${result.body.module}/${result.body.code} ${result.body.message}`
    : result.kind
}

describe('consensus.Deposit', () => {
  it('makes an amount when the consensus layer has paid, and not before', () => {
    const chain = new TestChain()
    const sent = chain.execute([signed(alice, deposit(7_000n))])
    assert.equal(chain.balanceOf(alice.address, TEST), 5_000_000n)
    assert.deepEqual(sent.messages[0]!.staking!.withdraw, { from: alice.address, amount: 7n })
    const told = chain.execute([], { roundResults: resultsOf() })
    assert.equal(chain.balanceOf(alice.address, TEST), 5_007_000n)
    const [event] = eventsOf(types.Deposited, told.blockTags)
    assert.deepEqual(event, {
      from: alice.address,
      nonce: 0n,
      to: alice.address,
      amount: test(7_000n),
      error: undefined,
    })
  })

  it('goes to whom the caller says', () => {
    const chain = new TestChain()
    goThrough(chain, signed(alice, deposit(1_000n, dave.address)), resultsOf())
    assert.equal(chain.balanceOf(dave.address, TEST), 5_001_000n)
  })

  it('that the consensus layer refuses makes nothing, and tells why', () => {
    const chain = new TestChain()
    const { told } = goThrough(chain, signed(alice, deposit(7_000n)), failed)
    assert.equal(chain.balanceOf(alice.address, TEST), 5_000_000n)
    assert.deepEqual(eventsOf(types.Deposited, told.blockTags)[0]!.error, {
      module: 'staking',
      code: 5,
    })
  })

  it('is only for callers that have the same account there', () => {
    const outcome = new TestChain().execute([signed(dave, deposit(7_000n))])
    assert.equal(failureOf(outcome), 'consensus/4 consensus: consensus incompatible signer')
  })

  it('is of what can be had there, without a remainder', () => {
    const chain = new TestChain()
    const odd = chain.execute([signed(alice, deposit(7_001n))])
    assert.equal(failureOf(odd), 'consensus/5 consensus: amount not representable')
    const body = encodeRust(types.Move, {
      to: undefined,
      amount: { ...test(1n), denomination: NATIVE },
    })
    const other = chain.execute([signed(alice, { method: 'consensus.Deposit', body, nonce: 1n })])
    assert.equal(failureOf(other), 'consensus/2 consensus: invalid denomination')
  })

  it('needs a place for its message', () => {
    const chain = new TestChain().set({ maxMessages: 0 })
    const outcome = chain.execute([signed(alice, deposit(7_000n))])
    assert.equal(failureOf(outcome), 'core/6 consensus: core: out of message slots')
  })

  it('uses as much gas as its message may', () => {
    const chain = new TestChain().set({ maxMessages: 10 })
    const outcome = chain.execute([signed(alice, deposit(7_000n))])
    assert.equal(failureOf(outcome), 'core/12 out of gas (limit: 10000 wanted: 20000)')
    assert.deepEqual(outcome.messages, [])
  })
})

describe('consensus.Withdraw', () => {
  it('holds an amount until the consensus layer has paid, and destroys it then', () => {
    const chain = new TestChain()
    const sent = chain.execute([signed(alice, withdraw(2_000n))])
    assert.deepEqual(sent.messages[0]!.staking!.transfer, { to: alice.address, amount: 2n })
    assert.equal(chain.balanceOf(alice.address, TEST), 4_998_000n)
    assert.equal(chain.balanceOf(PENDING_WITHDRAWAL, TEST), 2_000n)
    chain.execute([], { roundResults: resultsOf() })
    assert.equal(chain.balanceOf(PENDING_WITHDRAWAL, TEST), 0n)
    assert.equal(chain.balanceOf(alice.address, TEST), 4_998_000n)
  })

  it('that the consensus layer refuses is given back', () => {
    const chain = new TestChain()
    const { told } = goThrough(chain, signed(alice, withdraw(2_000n)), failed)
    assert.equal(chain.balanceOf(alice.address, TEST), 5_000_000n)
    assert.equal(eventsOf(types.Withdrawn, told.blockTags)[0]!.error?.code, 5)
  })

  it('of keys of Ethereum says where to', () => {
    const chain = new TestChain()
    const nowhere = chain.execute([signed(dave, withdraw(2_000n))])
    assert.equal(failureOf(nowhere), 'consensus/4 consensus: consensus incompatible signer')
    const call = { ...withdraw(2_000n, alice.address), nonce: 1n }
    assert.deepEqual(resultAt(chain.execute([signed(dave, call)])), DONE)
  })

  it('is of what the caller has', () => {
    const outcome = new TestChain().execute([signed(alice, withdraw(6_000_000n))])
    assert.equal(failureOf(outcome), 'consensus_accounts/3 insufficient balance')
    assert.deepEqual(outcome.messages, [])
  })
})

describe('consensus.Delegate', () => {
  const added = (newShares: bigint) =>
    resultsOf(AddEscrowResult, {
      ...AddEscrowResult.zero,
      newShares: quantity(newShares),
    })
  const sharesOf = (chain: TestChain) =>
    chain.query(
      'consensus.Delegation',
      encodeRust(types.DelegationQuery, { from: alice.address, to: validator }),
      types.DelegationInfo,
    ).shares

  it('holds an amount until there are shares for it', () => {
    const chain = new TestChain()
    const sent = chain.execute([signed(alice, delegate(4_000n))])
    assert.deepEqual(sent.messages[0]!.staking!.addEscrow, { account: validator, amount: 4n })
    assert.equal(chain.balanceOf(PENDING_DELEGATION, TEST), 4_000n)
    const told = chain.execute([], { roundResults: added(3n) })
    assert.equal(chain.balanceOf(PENDING_DELEGATION, TEST), 0n)
    assert.equal(sharesOf(chain), 3n)
    assert.equal(eventsOf(types.Delegated, told.blockTags)[0]!.shares, 3n)
  })

  it('that the consensus layer refuses is given back', () => {
    const chain = new TestChain()
    goThrough(chain, signed(alice, delegate(4_000n)), failed)
    assert.equal(chain.balanceOf(alice.address, TEST), 5_000_000n)
    assert.equal(sharesOf(chain), 0n)
  })

  it('is of the least amount at least', () => {
    const chain = new TestChain()
    const outcome = chain.execute([signed(alice, delegate(1_000n))])
    const sentence = 'amount is lower than the minimum delegation amount'
    assert.equal(failureOf(outcome), `consensus/6 consensus: ${sentence}`)
    assert.deepEqual(
      resultAt(chain.execute([signed(alice, { ...delegate(2_000n), nonce: 1n })])),
      DONE,
    )
  })

  it('gives no receipts to transactions', () => {
    for (const call of [delegate(4_000n, 1n), undelegate(1n, 1n)]) {
      const outcome = new TestChain().execute([signed(alice, call)])
      assert.equal(failureOf(outcome), 'consensus_accounts/1 invalid argument')
    }
  })

  it('is followed by consensus.Undelegate, which takes the shares at once', () => {
    const chain = new TestChain()
    goThrough(chain, signed(alice, delegate(4_000n)), added(3n))
    const many = chain.execute([signed(alice, { ...undelegate(4n), nonce: 1n })])
    assert.equal(failureOf(many), 'consensus_accounts/3 insufficient balance')
    const sent = chain.execute([signed(alice, { ...undelegate(2n), nonce: 2n })])
    assert.deepEqual(sent.messages[0]!.staking!.reclaimEscrow, { account: validator, shares: 2n })
    assert.equal(sharesOf(chain), 1n)
    const told = chain.execute([], { roundResults: failed })
    assert.equal(sharesOf(chain), 3n)
    const [event] = eventsOf(types.UndelegateStarted, told.blockTags)
    assert.equal(event!.debondEndTime, U64_MAX)
  })

  it('ends in an amount at the beginning of an epoch: a part of what all got back', () => {
    const chain = new TestChain()
    goThrough(chain, signed(alice, delegate(4_000n)), added(3n))
    goThrough(chain, signed(alice, { ...undelegate(3n), nonce: 1n }), debonding(10n))
    const list_ = chain.query(
      'consensus.Undelegations',
      encodeRust(types.UndelegationsQuery, { to: alice.address }),
      types.Undelegations,
    )
    assert.deepEqual(list_, [{ from: validator, epoch: 2n, shares: 10n }])
    const before = chain.balanceOf(alice.address, TEST)
    const paid = beginEpoch(chain, 2n).execute([])
    assert.equal(chain.balanceOf(alice.address, TEST) - before, 15_000n)
    const [event] = eventsOf(types.UndelegateDone, paid.blockTags)
    assert.deepEqual(event, {
      from: validator,
      to: alice.address,
      shares: 10n,
      amount: test(15_000n),
      epoch: 2n,
    })
    beginEpoch(chain, 3n).execute([])
    assert.equal(chain.balanceOf(alice.address, TEST) - before, 15_000n)
  })

  it('ends in nothing where the shares were worth nothing, as after a slashing', () => {
    const chain = new TestChain()
    goThrough(chain, signed(alice, delegate(4_000n)), added(3n))
    goThrough(chain, signed(alice, { ...undelegate(1n), nonce: 1n }), debonding(0n))
    const before = chain.balanceOf(alice.address, TEST)
    const paid = beginEpoch(chain, 2n, { amount: 0n, shares: 0n }).execute([])
    assert.deepEqual(eventsOf(types.UndelegateDone, paid.blockTags), [
      { from: validator, to: alice.address, shares: 0n, amount: test(0n), epoch: 2n },
    ])
    const later = beginEpoch(chain, 3n, { amount: 0n, shares: 0n }).execute([])
    assert.deepEqual(eventsOf(types.UndelegateDone, later.blockTags), [])
    assert.equal(chain.balanceOf(alice.address, TEST), before)
  })

  it('has a receipt of nothing then', () => {
    const chain = new TestChain()
    chain.execute([])
    const { state } = chain
    const store: Store = {
      ...storeOf(state),
      insert: (key, value) => state.insert(key, value),
      remove: (key) => state.remove(key),
    }
    const frame = { store } as Frame
    const undelegation = { delegator: alice.address, escrow: validator, epoch: 2n }
    addUndelegation(frame, undelegation, { shares: 0n, receipt: 7n })
    beginEpoch(chain, 2n, { amount: 0n, shares: 0n }).execute([])
    const id = { owner: alice.address, kind: 'undelegateDone', id: 7n } as const
    assert.deepEqual(takeReceipt(frame, id), types.Receipt.zero)
    assert.deepEqual(dueUndelegations(frame, U64_MAX), [])
  })

  it('ends in a part of what is given back, however many shares there are', () => {
    const chain = new TestChain()
    const many = 2n ** 100n
    goThrough(chain, signed(alice, delegate(4_000n)), added(3n))
    goThrough(chain, signed(alice, { ...undelegate(3n), nonce: 1n }), debonding(many))
    const before = chain.balanceOf(alice.address, TEST)
    beginEpoch(chain, 2n, { amount: 2n ** 40n, shares: 2n * many }).execute([])
    assert.equal(chain.balanceOf(alice.address, TEST) - before, 2n ** 39n * 1_000n)
  })

  /** The consensus layer has put so many shares into the queue that ends with an epoch. */
  function debonding(shares: bigint, epoch = 2n): RoundResults {
    return resultsOf(ReclaimEscrowResult, {
      ...ReclaimEscrowResult.zero,
      debondingShares: quantity(shares),
      debondEndTime: epoch as never,
    })
  }

  /** An epoch that began at ten times its number, with 30 base units for 20 shares. */
  function beginEpoch(
    chain: TestChain,
    epoch: bigint,
    { amount, shares } = { amount: 30n, shares: 20n },
  ): TestChain {
    const consensus = new TestChain().state
    const height = epoch * 10n
    const state = { epoch, height } as never
    consensus.insert(currentEpoch.keys.encode(), currentEpoch.value.encode(state))
    const reclaim = {
      owner: runtimeAddress(runtimeId),
      escrow: validator,
      amount: quantity(amount),
      shares: quantity(shares),
    }
    const staking = make(Event, { escrow: make(EscrowEvent, { reclaim }) })
    return chain.set({
      epoch: epoch as never,
      consensusHeight: height + 2n,
      consensus,
      ask(request) {
        assert.equal(request.kind, 'HostFetchConsensusEventsRequest')
        assert.equal((request.body as { readonly height: bigint }).height, height)
        return { body: { events: [make(TransactionEvent, { staking } as never)] } } as never
      },
    })
  }
})

describe('the bridge of accounts', () => {
  it('can be closed, way by way', () => {
    const closed = {
      ...bridgeParameters,
      disableDelegate: true,
      disableUndelegate: true,
      disableDeposit: true,
      disableWithdraw: true,
    }
    const modules = testModules([consensusAccounts({ parameters: closed })])
    for (const call of [deposit(0n), withdraw(0n), delegate(2_000n), undelegate(0n)]) {
      const outcome = new TestChain({ ...testParatime, modules }).execute([signed(alice, call)])
      assert.equal(failureOf(outcome), 'consensus_accounts/4 forbidden by policy')
    }
  })
})
