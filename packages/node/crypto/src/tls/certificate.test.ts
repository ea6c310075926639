import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { keyPairOfSeed } from '../keys/keyFile.ts'
import { parsePem } from '../keys/pem.ts'
import {
  certificateBody,
  checkPeerCertificate,
  createCertificate,
  validityFrom,
} from './certificate.ts'

const now = Date.UTC(2026, 10, 21, 0, 52, 59)
const pair = keyPairOfSeed(new Uint8Array(32).fill(7))
const certificate = createCertificate(pair, validityFrom(now))

function sample(name: string): Uint8Array {
  const file = new URL(`../../samples/${name}.pem`, import.meta.url)
  return parsePem('CERTIFICATE', readFileSync(file, 'latin1'))
}

describe('a node certificate', () => {
  for (const name of ['tls_identity_cert', 'sentry_client_tls_identity_cert']) {
    it(`is to the byte what the reference makes of the same key and time (${name})`, () => {
      const reference = sample(name)
      const publicKey = checkPeerCertificate(reference, now)
      const body = certificateBody(publicKey, validityFrom(now))
      assert.equal(toHex(reference.subarray(4, 4 + body.length)), toHex(body))
    })
  }

  it('is what OpenSSL reads: names, number, usage, times, own signature', () => {
    const parsed = new X509Certificate(certificate)
    assert.equal(parsed.subject, 'CN=oasis-node')
    assert.equal(parsed.issuer, 'CN=oasis-node')
    assert.equal(parsed.serialNumber, '01')
    assert.deepEqual(parsed.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    assert.equal(parsed.validFromDate.getTime(), now - 3_600_000)
    assert.equal(parsed.validToDate.getTime(), Date.UTC(2027, 10, 21, 0, 52, 59))
    assert.ok(parsed.verify(parsed.publicKey))
  })

  it('runs out on the same day of the next year, also after a leap day and after 2049', () => {
    const leap = validityFrom(Date.UTC(2028, 1, 29, 12))
    assert.equal(leap.notAfterMs, Date.UTC(2029, 2, 1, 12))
    const late = Date.UTC(2049, 11, 31, 23)
    const publicKey = checkPeerCertificate(createCertificate(pair, validityFrom(late)), late)
    assert.deepEqual(publicKey, pair.publicKey)
  })

  it('is accepted while it is valid', () => {
    const { notBeforeMs, notAfterMs } = validityFrom(now)
    for (const time of [notBeforeMs, now, notAfterMs]) {
      assert.deepEqual(checkPeerCertificate(certificate, time), pair.publicKey)
    }
    for (const time of [notBeforeMs - 1, notAfterMs + 1]) {
      assert.throws(() => checkPeerCertificate(certificate, time), { reason: 'tls.notValidNow' })
    }
  })

  it('is refused with any byte changed, cut or added', () => {
    const position = fc.nat(certificate.length - 1)
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = certificate.slice()
        changed[at]! ^= difference
        assert.throws(() => checkPeerCertificate(changed, now), CodedError)
        assert.throws(() => checkPeerCertificate(certificate.subarray(0, at), now), CodedError)
      }),
      { numRuns: 300 },
    )
    const longer = Uint8Array.of(...certificate, 0)
    assert.throws(() => checkPeerCertificate(longer, now), { reason: 'tls.badCertificate' })
  })
})
