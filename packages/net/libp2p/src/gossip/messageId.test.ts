import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { messageIdOf } from './messageId.ts'

describe('the id of a message', () => {
  it('is the one that the reference told for this topic and message', () => {
    const topic = `oasis/${'ab'.repeat(32)}/tx/${'00'.repeat(32)}/5.0.0`
    assert.equal(
      toHex(messageIdOf(topic, encode(bytes, toUtf8('hello from wadi')))),
      'ab4ab55dbbfd8c48d7f97a0aa3d28ae488ae63fa4044d4a1321d0210a33a7e01',
    )
  })

  it('is another one when a byte moves from the topic to the message', () => {
    const one = messageIdOf('ab', toUtf8('c'))
    assert.notDeepEqual(one, messageIdOf('a', toUtf8('bc')))
  })
})
