import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Vote } from '../governance/types.ts'
import { Transfer } from '../staking/methods.ts'
import {
  GovernanceMessage,
  hashOfIncomingMessages,
  hashOfMessages,
  Message,
  MessageEvent,
  StakingMessage,
} from './messages.ts'

describe('roothash.Message', () => {
  it('has the hashes of the reference', () => {
    assert.deepEqual(hashOfMessages([]), EMPTY_HASH)
    assert.deepEqual(hashOfIncomingMessages([]), EMPTY_HASH)
    const transfer = make(Message, {
      staking: make(StakingMessage, { transfer: zero(Transfer) }),
    })
    assert.equal(
      toHex(hashOfMessages([transfer])),
      'a6b91f974b34a9192efd12025659a768520d2f04e1dae9839677456412cdb2be',
    )
    const castVote = { id: 32n, vote: Vote.names.yes }
    const vote = make(Message, { governance: make(GovernanceMessage, { castVote }) })
    assert.equal(
      toHex(hashOfMessages([vote])),
      'f45e26eb8ace807ad5bd02966cde1f012d1d978d4cbddd59e9bfd742dcf39b90',
    )
  })
})

describe('roothash.MessageEvent', () => {
  it('keeps a null result as it came', () => {
    const bytes = parseHex('a166726573756c74f6')
    assert.deepEqual(encode(MessageEvent, decode(MessageEvent, bytes)), bytes)
    assert.equal(toHex(encode(MessageEvent, zero(MessageEvent))), 'a0')
  })
})
