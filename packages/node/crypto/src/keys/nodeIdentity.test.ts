import assert from 'node:assert/strict'
import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { testSigner } from '@wadi/crypto/signature/compliance/signerCompliance'
import { checkPeerCertificate } from '../tls/certificate.ts'
import { createKeyFile } from './keyFile.ts'
import { loadEntitySigner, loadNodeIdentity, loadOrCreateNodeIdentity } from './nodeIdentity.ts'
import { parsePem } from './pem.ts'

const complianceDir = mkdtempSync(join(tmpdir(), 'wadi-signer-'))
const entityKey = createKeyFile(join(complianceDir, 'entity.pem'), new SeededRandom(2n))
testSigner('entity.pem', loadEntitySigner(complianceDir), entityKey.seed.reveal())
rmSync(complianceDir, { recursive: true })

const nowMs = Date.UTC(2026, 10, 21)
let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'wadi-identity-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const byName = (a: string, b: string): number => (a < b ? -1 : 1)

describe('the identity of a node', () => {
  it('is kept in the files of the reference', () => {
    loadOrCreateNodeIdentity({ dataDir, random: new SeededRandom(1n), nowMs })
    assert.deepEqual(readdirSync(dataDir).sort(byName), [
      'consensus.pem',
      'consensus_pub.pem',
      'identity.pem',
      'identity_pub.pem',
      'p2p.pem',
      'p2p_entropy.pem',
      'p2p_pub.pem',
      'sentry_client_tls_identity.pem',
      'sentry_client_tls_identity_cert.pem',
      'tls_identity.pem',
      'tls_identity_cert.pem',
      'vrf.pem',
      'vrf_pub.pem',
    ])
    for (const name of readdirSync(dataDir))
      assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name)
    const tls = readFileSync(join(dataDir, 'tls_identity.pem'), 'latin1')
    assert.equal(parsePem('PRIVATE KEY', tls).length, 48)
  })

  it('waits for the disk where something could be lost, and not for certificates', () => {
    const waits = (run: () => void) => {
      const mocked = mock.method(fs, 'fsyncSync')
      syncBuiltinESMExports()
      try {
        run()
        return mocked.mock.callCount()
      } finally {
        mocked.mock.restore()
        syncBuiltinESMExports()
      }
    }
    const load = () => loadOrCreateNodeIdentity({ dataDir, random: new SeededRandom(1n), nowMs })
    // Each file and its name: four keys and their public halves, two of TLS, the entropy.
    assert.equal(waits(load), 2 * (4 + 4 + 2 + 1))
    assert.equal(waits(load), 0)
    const path = join(dataDir, 'again.pem')
    const none = waits(() => createKeyFile(path, new SeededRandom(2n), 'buffered'))
    assert.equal(none, 0)
  })

  it('is the same at the next start, with a certificate that begins then', () => {
    const random = new SeededRandom(1n)
    const first = loadOrCreateNodeIdentity({ dataDir, random, nowMs })
    const laterMs = nowMs + 300 * 86_400_000
    const second = loadNodeIdentity({ dataDir, random, nowMs: laterMs })
    for (const role of ['node', 'p2p', 'consensus', 'vrf'] as const) {
      assert.deepEqual(second[role].publicKey, first[role].publicKey)
    }
    assert.deepEqual(second.p2pEntropy.reveal(), first.p2pEntropy.reveal())
    assert.deepEqual(second.tls.key.publicKey, first.tls.key.publicKey)
    const yearLaterMs = nowMs + 370 * 86_400_000
    const shown = checkPeerCertificate(second.tls.certificate, yearLaterMs)
    assert.deepEqual(shown, first.tls.key.publicKey)
  })

  it('has a key of its own for each role', () => {
    const identity = loadOrCreateNodeIdentity({ dataDir, random: new SeededRandom(1n), nowMs })
    const { node, p2p, consensus, vrf, tls, sentryClientTls } = identity
    const keys = [node, p2p, consensus, vrf, tls.key, sentryClientTls.key]
    const roles = [node, p2p, consensus, vrf].map((signer) => signer.role)
    assert.deepEqual(roles, ['node', 'p2p', 'consensus', 'vrf'])
    assert.equal(new Set(keys.map((key) => key.publicKey.join())).size, 6)
  })

  it('is not made up where it must be there', () => {
    const options = { dataDir, random: new SeededRandom(1n), nowMs }
    assert.throws(() => loadNodeIdentity(options), { reason: 'keyFile.missing' })
    assert.deepEqual(readdirSync(dataDir), [])
  })

  it('with a public file of another key is refused', () => {
    const options = { dataDir, random: new SeededRandom(1n), nowMs }
    loadOrCreateNodeIdentity(options)
    rmSync(join(dataDir, 'vrf.pem'))
    assert.throws(() => loadOrCreateNodeIdentity(options), { reason: 'keyFile.keyMismatch' })
  })
})
