/** Deoxys-II-256-128: sealing short and longer messages. */

import { AEAD as PublishedDeoxysii } from '@oasisprotocol/deoxysii'
import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { deoxysii } from '@wadi/crypto/aead/deoxysii'
import type { Contender, Scenario } from '../src/scenario.ts'

const PUBLISHED = '@oasisprotocol/deoxysii'
const SIZES = [100, 1024]
const SEALS_PER_CALL = 20

function create(size: number): readonly Contender[] {
  const key = new Uint8Array(32).fill(1)
  const nonce = new Uint8Array(15).fill(2)
  const text = new Uint8Array(size).fill(3)
  const none = new Uint8Array(0)
  const published = new PublishedDeoxysii(key.slice())
  const ours = deoxysii.useKey(key)
  const sealed = ours.seal(nonce, text, none)
  assert(equalBytes(sealed, published.encrypt(nonce, text)), 'both seal alike')
  const repeat = (work: () => unknown) => () => {
    for (let i = 0; i < SEALS_PER_CALL; i++) work()
  }
  const operations = SEALS_PER_CALL
  return [
    { name: PUBLISHED, run: () => published.encrypt(nonce, text) },
    { name: 'wadi, seal', run: repeat(() => ours.seal(nonce, text, none)), operations },
    { name: 'wadi, open', run: repeat(() => ours.open(nonce, sealed, none)), operations },
  ]
}

export const scenarios: readonly Scenario[] = SIZES.map((size) => ({
  name: `deoxysii/${size}-bytes`,
  yardstick: PUBLISHED,
  goals: [{ contender: 'wadi, seal', atLeast: 100, times: PUBLISHED }],
  create: () => create(size),
}))
