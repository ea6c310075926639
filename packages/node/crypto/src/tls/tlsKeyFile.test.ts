import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { encodePem, parsePem } from '../keys/pem.ts'
import { loadOrCreateTlsIdentity, type TlsIdentity, tlsPemOf } from './tlsKeyFile.ts'

let directory: string
let key: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wadi-tls-'))
  key = join(directory, 'tls_identity.pem')
})
afterEach(() => rmSync(directory, { recursive: true }))

function load(seed: bigint): TlsIdentity {
  const paths = { key, certificate: join(directory, 'tls_identity_cert.pem') }
  return loadOrCreateTlsIdentity(paths, new SeededRandom(seed), Date.UTC(2026, 0))
}

describe('a TLS key file', () => {
  it('is made once', () => {
    const made = load(1n)
    assert.deepEqual(load(2n).key.publicKey, made.key.publicKey)
  })

  it('is given to libraries as its files are', () => {
    const { key: text, certificate } = tlsPemOf(load(1n))
    assert.equal(text, readFileSync(key, 'latin1'))
    assert.equal(certificate, readFileSync(join(directory, 'tls_identity_cert.pem'), 'latin1'))
  })

  it('is refused when it is not PKCS #8 of an Ed25519 key', () => {
    load(1n)
    const body = parsePem('PRIVATE KEY', readFileSync(key, 'latin1'))
    for (let at = 0; at < body.length - 32; at++) {
      const changed = body.slice()
      changed[at]! ^= 1
      writeFileSync(key, encodePem('PRIVATE KEY', changed), { mode: 0o600 })
      assert.throws(() => load(1n), { reason: 'tlsKeyFile.notEd25519' })
    }
  })
})
