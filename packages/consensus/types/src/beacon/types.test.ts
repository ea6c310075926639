import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { PrevVrfState, VrfProofs, VrfState } from './types.ts'

const frozenKey = toHex(toUtf8('pi.omitempty'))

describe('beacon.VrfState', () => {
  it('keeps the misspelt key of the epoch before, null or empty', () => {
    assert.equal(toHex(encode(PrevVrfState, zero(PrevVrfState))), `a16c${frozenKey}f6`)
    const empty = { pi: zero(VrfProofs), canElect: false }
    assert.equal(toHex(encode(PrevVrfState, empty)), `a16c${frozenKey}a0`)
    const state = encode(VrfState, make(VrfState, { prevState: empty }))
    assert.deepEqual(encode(VrfState, decode(VrfState, state)), state)
  })

  it('has no epoch before at the start', () => {
    assert.equal(toHex(encode(VrfState, zero(VrfState))), 'a0')
  })

  it('reads no proofs as an empty map, which the next state then writes as one', () => {
    const { pi } = decode(VrfState, Uint8Array.of(0xa0))
    assert.equal(toHex(encode(PrevVrfState, { pi, canElect: false })), `a16c${frozenKey}a0`)
  })
})
