import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { hashToEdwards25519 } from '@wadi/crypto/hashToCurve/edwards25519'
import { printAddress, stakingAddress, ZERO_ADDRESS } from './address.ts'
import {
  BURN_ADDRESS,
  COMMON_POOL_ADDRESS,
  FEE_ACCUMULATOR_ADDRESS,
  GOVERNANCE_DEPOSITS_ADDRESS,
  isReservedAddress,
  RESERVED_PUBLIC_KEYS,
} from './reservedAddresses.ts'

describe('reserved addresses', () => {
  it('are those of the specification', () => {
    const known = [
      [COMMON_POOL_ADDRESS, 'oasis1qrmufhkkyyf79s5za2r8yga9gnk4t446dcy3a5zm'],
      [FEE_ACCUMULATOR_ADDRESS, 'oasis1qqnv3peudzvekhulf8v3ht29z4cthkhy7gkxmph5'],
      [GOVERNANCE_DEPOSITS_ADDRESS, 'oasis1qp65laz8zsa9a305wxeslpnkh9x4dv2h2qhjz0ec'],
      [BURN_ADDRESS, 'oasis1qzq8u7xs328puu2jy524w3fygzs63rv3u5967970'],
    ] as const
    for (const [address, text] of known) {
      assert.equal(printAddress(address), text)
      assert.ok(isReservedAddress(address))
    }
    assert.ok(!isReservedAddress(ZERO_ADDRESS))
  })

  it('belong to keys that nobody holds', () => {
    assert.equal(RESERVED_PUBLIC_KEYS.length, 4)
    assert.ok(RESERVED_PUBLIC_KEYS.map(stakingAddress).every(isReservedAddress))
  })

  it('burn behind a key that is drawn from a message, so that nobody can know its secret', () => {
    const domain = toUtf8('oasis-core/reserved-address')
    const message = toUtf8('Do Kwon Memorial SafeLunaRoseInu Burn Address')
    assert.deepEqual(RESERVED_PUBLIC_KEYS.at(-1), hashToEdwards25519(domain, message))
  })
})
