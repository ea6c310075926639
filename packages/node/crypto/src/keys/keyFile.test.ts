import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { toBase64, toHex } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { KEY_FILE_BYTES_MAX } from '../limits.ts'
import {
  createKeyFile,
  ensurePublicKeyFile,
  loadKeyFile,
  loadOrCreateEntropy,
  loadOrCreateKeyFile,
  loadPublicKeyFile,
  requireKeyFile,
} from './keyFile.ts'
import { encodePem, parsePem } from './pem.ts'

let directory: string
let path: string
let random: SeededRandom

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wadi-keys-'))
  path = join(directory, 'identity.pem')
  random = new SeededRandom(1n)
})
afterEach(() => rmSync(directory, { recursive: true }))

const modeOf = (file: string): number => statSync(file).mode & 0o777

describe('a private key file', () => {
  it('holds 64 bytes, the seed and the public key, for its owner only', () => {
    const pair = createKeyFile(path, random)
    const body = parsePem('ED25519 PRIVATE KEY', readFileSync(path, 'latin1'))
    assert.equal(body.length, 64)
    assert.deepEqual(body.subarray(0, 32), pair.seed.reveal())
    assert.deepEqual(body.subarray(32), pair.publicKey)
    assert.equal(modeOf(path), 0o600)
  })

  it('is read back, and made only once', () => {
    const made = loadOrCreateKeyFile(path, random)
    const loaded = loadOrCreateKeyFile(path, random)
    assert.deepEqual(loaded.publicKey, made.publicKey)
    assert.deepEqual(loaded.seed.reveal(), made.seed.reveal())
    assert.deepEqual(readdirSync(directory), ['identity.pem'])
  })

  it('is never overwritten', () => {
    createKeyFile(path, random)
    const before = readFileSync(path)
    assert.throws(() => createKeyFile(path, random), { reason: 'keyFile.uncreatable' })
    assert.deepEqual(readFileSync(path), before)
  })

  it('that others may use is refused, with the cure', () => {
    createKeyFile(path, random)
    for (const mode of [0o640, 0o604, 0o620, 0o601, 0o644, 0o700]) {
      chmodSync(path, mode)
      assert.throws(() => loadKeyFile(path), {
        reason: 'keyFile.permissions',
        message: new RegExp(`mode 0${mode.toString(8)}.*chmod 600 ${path}$`),
      })
    }
    for (const mode of [0o600, 0o400]) {
      chmodSync(path, mode)
      assert.ok(loadKeyFile(path) !== undefined)
    }
  })

  it('that is missing is nothing, or an error that names it', () => {
    assert.equal(loadKeyFile(path), undefined)
    assert.throws(() => requireKeyFile(path), {
      reason: 'keyFile.missing',
      message: /identity\.pem/,
    })
  })

  it('that is a directory is refused', () => {
    assert.throws(() => loadKeyFile(directory), { reason: 'keyFile.unreadable' })
  })

  it('whose halves do not belong together is refused', () => {
    const body = new Uint8Array(64).fill(1)
    writeFileSync(path, encodePem('ED25519 PRIVATE KEY', body), { mode: 0o600 })
    assert.throws(() => loadKeyFile(path), { reason: 'keyFile.keyMismatch' })
  })

  it('of another kind, size or length is refused', () => {
    const write = (text: string): void => writeFileSync(path, text, { mode: 0o600 })
    write(encodePem('ED25519 PUBLIC KEY', new Uint8Array(64)))
    assert.throws(() => loadKeyFile(path), { reason: 'pem.wrongType' })
    write(encodePem('ED25519 PRIVATE KEY', new Uint8Array(32)))
    assert.throws(() => loadKeyFile(path), { reason: 'pem.wrongSize' })
    write('')
    assert.throws(() => loadKeyFile(path), { reason: 'pem.malformed' })
    write(' '.repeat(KEY_FILE_BYTES_MAX))
    assert.throws(() => loadKeyFile(path), { reason: 'pem.malformed' })
    write(' '.repeat(KEY_FILE_BYTES_MAX + 1))
    assert.throws(() => loadKeyFile(path), { reason: 'keyFile.size' })
  })

  it('that is no key says which file it is', () => {
    const seen = { message: /identity\.pem/ }
    for (const text of [
      '',
      encodePem('ED25519 PUBLIC KEY', new Uint8Array(64)),
      encodePem('ED25519 PRIVATE KEY', new Uint8Array(32)),
      `${encodePem('ED25519 PRIVATE KEY', new Uint8Array(64))}\n`,
    ]) {
      writeFileSync(path, text, { mode: 0o600 })
      assert.throws(() => loadKeyFile(path), seen)
      assert.throws(() => loadOrCreateEntropy(path, random), seen)
      assert.throws(() => loadPublicKeyFile(path), seen)
    }
  })

  it('gives a key pair that does not print its secret', () => {
    const pair = createKeyFile(path, random)
    const seed = pair.seed.reveal()
    const printed = `${inspect(pair, { depth: 9 })}${JSON.stringify(pair)}${pair.seed}`
    assert.ok(!printed.includes(toHex(seed)) && !printed.includes(toBase64(seed)))
    assert.ok(printed.includes('[redacted]'))
    assert.ok(!printed.includes(`${seed[0]}, ${seed[1]}, ${seed[2]}`))
  })
})

describe('a public key file', () => {
  it('is written once and compared from then on', () => {
    const publicPath = join(directory, 'identity_pub.pem')
    const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    ensurePublicKeyFile(publicPath, one)
    ensurePublicKeyFile(publicPath, one)
    assert.deepEqual(loadPublicKeyFile(publicPath), one)
    assert.throws(() => ensurePublicKeyFile(publicPath, other), { reason: 'keyFile.keyMismatch' })
  })

  it("of the reference's is read", () => {
    const sample = join(import.meta.dirname, '../../samples/consensus_pub.pem')
    assert.equal(
      toBase64(loadPublicKeyFile(sample)),
      'KFkcmGExdwYJdrgnD20wbnARG67koHQZk5XHSImGN6Q=',
    )
  })
})

describe('a public key file of any size', () => {
  it('is read no further than a key file is long', () => {
    const publicPath = join(directory, 'identity_pub.pem')
    writeFileSync(publicPath, '')
    truncateSync(publicPath, 2 ** 33)
    assert.throws(() => loadPublicKeyFile(publicPath), { reason: 'keyFile.size' })
  })
})

describe('static entropy', () => {
  it('is made once, 32 bytes for the owner only', () => {
    const entropyPath = join(directory, 'p2p_entropy.pem')
    const made = loadOrCreateEntropy(entropyPath, random).reveal()
    assert.equal(made.length, 32)
    assert.equal(modeOf(entropyPath), 0o600)
    assert.deepEqual(loadOrCreateEntropy(entropyPath, random).reveal(), made)
    assert.match(readFileSync(entropyPath, 'latin1'), /^-----BEGIN STATIC ENTROPY-----\n/)
    chmodSync(entropyPath, 0o644)
    assert.throws(() => loadOrCreateEntropy(entropyPath, random), { reason: 'keyFile.permissions' })
  })
})
