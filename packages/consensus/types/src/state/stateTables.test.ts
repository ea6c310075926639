import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { stakingAddress } from '@wadi/primitives/address'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import * as consensus from '../consensus/keys.ts'
import * as registry from '../registry/keys.ts'
import * as roothash from '../roothash/keys.ts'
import * as staking from '../staking/keys.ts'
import { stateTables, tableOfKey } from './stateTables.ts'

/** Section 4 of the specification: every prefix that is in use. */
const PREFIXES =
  '10 11 12 13 14 15 16 17 18 19 20 21 22 24 25 26 27 28 29 2a 30 31 32 33 40 41 42 43 45 46 ' +
  '50 51 52 53 54 55 56 57 58 59 5a 5b 60 61 62 63 70 71 72 73 74 75 80 81 82 83 84 85 f0 f1'

describe('state tables', () => {
  it('have the prefixes of the specification, each once', () => {
    const prefixes = stateTables.map(({ keys }) => toHex(Uint8Array.of(keys.prefix)))
    assert.equal(prefixes.join(' '), PREFIXES)
    assert.equal(new Set(stateTables.map(({ name }) => name)).size, stateTables.length)
  })

  it('are found by the first byte of a key', () => {
    const { keys } = staking.accounts
    assert.equal(tableOfKey(keys.encode(stakingAddress(PublicKey.zero))).name, 'staking.accounts')
    const unknown = { module: 'unknown', code: 1, reason: 'state.unknownTable' }
    assert.throws(() => tableOfKey(new Uint8Array(0)), unknown)
    assert.throws(() => tableOfKey(Uint8Array.of(0x23)), unknown)
  })

  it('take values that are not CBOR as they are, and check their size', () => {
    const { value } = roothash.roundTimeouts
    assert.deepEqual(value.decode(value.encode(Namespace.zero)), Namespace.zero)
    assert.throws(() => value.decode(new Uint8Array(31)), { module: 'unknown', code: 1 })
    assert.equal(consensus.chainContext.value.decode(toUtf8('ab')), 'ab')
    assert.equal(registry.nodesByEntity.value.decode(new Uint8Array(0)), undefined)
    const refusal = { reason: 'state.malformedValue' }
    assert.throws(() => registry.nodesByEntity.value.decode(new Uint8Array(1)), refusal)
  })

  it('write amounts in CBOR', () => {
    const { value } = staking.totalSupply
    assert.equal(toHex(value.encode(quantity(10n))), '410a')
    assert.equal(value.decode(Uint8Array.of(0x40)), 0n)
  })
})
