import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toHex } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { PublicKey } from '@wadi/primitives/publicKey'
import { openTransaction, Transaction, transactionContext } from '@wadi/primitives/transaction'
import { signWith } from '@wadi/sdk/send-transaction'
import { Person } from '../testing/runWadi.ts'
import { signerOfProgram } from './signerProgram.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/device.mjs', import.meta.url))
const SEED = new Uint8Array(32).fill(5)
const CHAIN = '00'.repeat(32)

describe('the example of a device', { skip: process.platform === 'win32' }, () => {
  const person = new Person()
  after(() => {
    person.remove()
    delete process.env['DEVICE_KEY']
  })

  it('is an account, and signs transactions that a network accepts', async () => {
    process.env['DEVICE_KEY'] = person.write('device.key', `${toHex(SEED)}\n`)
    const publicKey = PublicKey.check(publicKeyOfSeed(SEED))
    const line = `account import device --program ${EXAMPLE} --output json`
    // On a busy machine people are told what is waited for.
    const { code, out, err } = await person.run(line.split(' '))
    assert.equal(code, 0, err)
    assert.equal(JSON.parse(out).kind, 'program')

    const transaction = make(Transaction, { method: 'staking.Burn' })
    const signed = await signWith(signerOfProgram(EXAMPLE, publicKey), CHAIN, transaction)
    const rules = signatureRules(forbidKeys([]))
    const opened = openTransaction(rules, transactionContext(CHAIN), signed)
    assert.deepEqual([opened.signer, opened.value], [publicKey, transaction])
    const other = signerOfProgram(EXAMPLE, PublicKey.check(new Uint8Array(32).fill(1)))
    await assert.rejects(signWith(other, CHAIN, transaction), {
      reason: 'wadi.badSigner',
      context: /does not sign: that is not my key; see to the device or its program/,
    })
  })

  it('is what the README shows', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    assert.ok(readme.includes(readFileSync(EXAMPLE, 'utf8')))
  })
})
