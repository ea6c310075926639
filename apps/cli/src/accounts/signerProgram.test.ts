import assert from 'node:assert/strict'
import { chmodSync, readFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { PublicKey } from '@wadi/primitives/publicKey'
import { transactionContext } from '@wadi/primitives/transaction'
import { SIGNER_BYTES_MAX } from '../limits.ts'
import { Person } from '../testing/runWadi.ts'
import { publicKeyOfProgram, signerOfProgram } from './signerProgram.ts'

describe('a program that signs', () => {
  const person = new Person()
  after(() => person.remove())

  const signer = createTestSigner('entity', 'a device')
  const publicKey = PublicKey.check(signer.publicKey)
  const context = transactionContext('00'.repeat(32))
  const message = Uint8Array.of(1, 2, 3)
  const signature = toBase64(signer.sign(context, message))

  /** Says a line, and keeps what it was told. */
  const device = (answer: string) => {
    const path = person.write('device', `#!/bin/sh\ncat > "$0.told"\n${answer}\n`)
    chmodSync(path, 0o700)
    return path
  }
  const sign = async (path: string) => signerOfProgram(path, publicKey).sign(context, message)

  it('is told what to sign, and believed if the signature is valid', async () => {
    const path = device(`echo '{"signature":"${signature}"}'`)
    assert.equal(toBase64(await sign(path)), signature)
    assert.deepEqual(JSON.parse(readFileSync(`${path}.told`, 'utf8')), {
      v: 1,
      do: 'sign',
      public_key: toBase64(publicKey),
      context: context.text,
      message: 'AQID',
    })
  })

  it('is asked for its key', async () => {
    const path = device(`echo '{"public_key":"${toBase64(publicKey)}"}'`)
    assert.deepEqual(await publicKeyOfProgram(path), publicKey)
  })

  it('is not believed otherwise', async () => {
    const other = toBase64(signer.sign(context, Uint8Array.of(1)))
    const cases: readonly (readonly [string, RegExp])[] = [
      [`echo '{"signature":"${other}"}'`, /a signature that is not valid/],
      [`echo '{"signature":"AAAA"}'`, /a signature that is not valid/],
      [`echo '{"signature":7}'`, /no signature in base64/],
      [`echo '{"signature":"?"}'`, /no signature in base64/],
      ["echo '{}'", /no signature in base64/],
      ['echo hello', /no line of JSON/],
      ["echo '{}'; exit 3", /it ended with 3/],
      [`echo '{"error":"the person said no"}'; exit 1`, /the person said no/],
      [`head -c ${SIGNER_BYTES_MAX + 1} /dev/zero`, /does not sign/],
    ]
    for (const [answer, why] of cases)
      await assert.rejects(sign(device(answer)), { reason: 'wadi.badSigner', context: why }, answer)
    await assert.rejects(
      publicKeyOfProgram(device(`echo '{"public_key":"AAAA"}'`)),
      /3 bytes as a key/,
    )
  })
})
