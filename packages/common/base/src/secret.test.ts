import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { format, inspect } from 'node:util'
import { Secret } from './secret.ts'

describe('Secret', () => {
  const key = Uint8Array.of(0xc0, 0xff, 0xee)
  const secret = new Secret(key)

  it('gives its value to who asks for it', () => {
    assert.equal(secret.reveal(), key)
  })

  it('never prints its value', () => {
    const holder = { name: 'node', key: secret }
    const texts = [
      String(secret),
      `${secret}`,
      JSON.stringify(holder),
      inspect(holder, { depth: 9, showHidden: true }),
      format('%s %o %j', secret, secret, secret),
      new Error(`bad key ${secret}`).message,
    ]
    for (const text of texts) {
      assert.match(text, /\[redacted\]/)
      assert.doesNotMatch(text, /192|c0|255|238/i)
    }
    assert.deepEqual(Object.keys(secret), [])
  })
})
