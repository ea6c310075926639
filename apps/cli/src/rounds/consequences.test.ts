import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import {
  AddEscrowEvent,
  EscrowEvent,
  Event,
  TakeEscrowEvent,
  TransferEvent,
} from '@wadi/consensus/staking/events'
import { createMemorySigner, testSeed } from '@wadi/crypto/signature/memorySigner'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { paymentsIn } from './consequences.ts'

const HEIGHT = 7n
const entity = (name: string) =>
  PublicKey.check(createMemorySigner('entity', testSeed(name)).publicKey)
const account = (name: string) => stakingAddress(entity(name))
const escrow = (body: Partial<EscrowEvent>) => make(Event, { escrow: make(EscrowEvent, body) })

function take(name: string, amount: bigint): Event {
  const body = { owner: account(name), amount: quantity(amount) }
  return escrow({ take: make(TakeEscrowEvent, body) })
}

function give(to: Address, amount: bigint): Event {
  const body = { owner: COMMON_POOL_ADDRESS, escrow: to, amount: quantity(amount) }
  return escrow({ add: make(AddEscrowEvent, body) })
}

function transfer(to: Address, amount: bigint): Event {
  const body = { from: COMMON_POOL_ADDRESS, to, amount: quantity(amount) }
  return make(Event, { transfer: make(TransferEvent, body) })
}

function told(events: readonly Event[], members: string) {
  const all = paymentsIn(
    events,
    HEIGHT,
    [...members].map((name) => ({ entity: entity(name) })),
  )
  return all.map(({ kind, account, amount }) => {
    const name = [...'abcdefr'].find(
      (each) => Buffer.compare(stakingAddress(entity(each)), account) === 0,
    )
    return `${name} ${kind} ${amount}`
  })
}

describe('what a round cost, and whom', () => {
  it('is what was taken from its members, and what was given of it', () => {
    const events = [
      take('a', 60n),
      transfer(account('r'), 20n),
      give(account('b'), 30n),
      give(account('b'), 10n),
    ]
    assert.deepEqual(told(events, 'abc'), ['a slashed 60', 'r rewarded 20', 'b rewarded 40'])
  })

  it('leaves out what is given in the same block for something else', () => {
    const own = [take('a', 60n), take('c', 6n), give(account('b'), 66n)]
    const others = [take('d', 50n), give(account('e'), 50n)]
    const expected = ['a slashed 60', 'c slashed 6', 'b rewarded 66']
    assert.deepEqual(told([...own, ...others], 'abc'), expected)
    assert.deepEqual(told([...others, ...own], 'abc'), expected)
    assert.deepEqual(told([give(account('b'), 5n), ...own], 'abc'), expected)
  })

  it('is nothing where only others pay', () => {
    assert.deepEqual(told([take('d', 50n), give(account('a'), 50n)], 'abc'), [])
  })
})
