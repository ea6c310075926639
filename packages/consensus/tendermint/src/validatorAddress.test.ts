import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { validatorAddress } from './validatorAddress.ts'

describe('the address of a validator', () => {
  it('is the first 20 bytes of SHA-256 of its key', () => {
    const address = '66687aadf862bd776c8fc18b8e9f8e2008971485'
    assert.equal(toHex(validatorAddress(new Uint8Array(32))), address)
  })
})
