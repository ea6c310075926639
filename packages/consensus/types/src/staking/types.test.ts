import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toBase64, toHex, toUtf8 } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { Event } from './events.ts'
import { Account, EpochSigning, GeneralAccount, Parameters, StakeThreshold } from './types.ts'

describe('staking.Account', () => {
  it('has the encodings of the reference', () => {
    assert.equal(toBase64(encode(Account, zero(Account))), 'oA==')
    const general = make(GeneralAccount, { balance: quantity(10n), nonce: 33n })
    const known = 'oWdnZW5lcmFsomVub25jZRghZ2JhbGFuY2VBCg=='
    assert.equal(toBase64(encode(Account, make(Account, { general }))), known)
  })
})

describe('staking.StakeThreshold', () => {
  it('keeps the first of the global thresholds, whose number is zero', () => {
    const global = { global: 0n, const: undefined }
    assert.equal(toHex(encode(StakeThreshold, global)), 'a166676c6f62616c00')
    assert.deepEqual(decode(StakeThreshold, parseHex('a166676c6f62616c00')), global)
  })
})

describe('staking.EpochSigning', () => {
  it('has capitalised names, and an empty map when nobody signed', () => {
    const byEntity = keyedMap<PublicKey, bigint>(PublicKey, [])
    const known = 'a265546f74616c01684279456e74697479a0'
    assert.equal(toHex(encode(EpochSigning, { total: 1n, byEntity })), known)
  })
})

describe('staking.Parameters', () => {
  it('always have the rules for commissions, because those have a field that stays', () => {
    const hex = toHex(encode(Parameters, zero(Parameters)))
    const rules = toHex(toUtf8('commission_schedule_rules'))
    assert.ok(hex.includes(`${rules}a1`))
  })
})

describe('staking.Event', () => {
  it('always has the hash of a transaction', () => {
    const known = 'oWd0eF9oYXNoWCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=='
    assert.equal(toBase64(encode(Event, zero(Event))), known)
  })
})
