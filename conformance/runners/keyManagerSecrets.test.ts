import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import type { Secret } from '@wadi/base/secret'
import { encode } from '@wadi/cbor/codec'
import {
  EncryptedEphemeralSecret,
  EncryptedMasterSecret,
  type SignedEncryptedMasterSecret,
  type Status,
} from '@wadi/consensus/keymanager'
import * as keys from '@wadi/consensus/keymanager/keys'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import {
  checksumOfEphemeralSecret,
  checksumOfMasterSecret,
  deriveSigner,
  firstChecksum,
} from '@wadi/runtime-keymanager/derivation'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import {
  decryptSecret,
  ephemeralSecretData,
  masterSecretData,
} from '@wadi/runtime-keymanager/publishedSecret'
import '../src/coverage.ts'
import { bytesOfBase64 } from '../src/records.ts'
import { blockVersions } from '../src/stateVersions.ts'
import { listChains } from '../src/vectors.ts'

const { rak, recipient, build } = insecureIdentity

/** Follows the secrets of a chain's key managers from one status to the next. */
class SecretFollower {
  readonly #proposals = new Map<string, SignedEncryptedMasterSecret>()
  readonly #checksums = new Map<string, string>()
  acceptedCount = 0
  ephemeralCount = 0

  takeMasterSecret(bytes: Uint8Array): void {
    const signed = keys.masterSecrets.value.decode(bytes)
    const message = encode(EncryptedMasterSecret, signed.secret)
    const signature = rak.sign(contextOf(contexts.encryptedMasterSecret), message)
    assert.equal(toHex(signature), toHex(signed.signature), 'the signature of the enclave')
    this.#proposals.set(toHex(signed.secret.runtimeId), signed)
  }

  takeEphemeralSecret(bytes: Uint8Array): void {
    const { secret: published, signature } = keys.ephemeralSecrets.value.decode(bytes)
    const { runtimeId, epoch, secret } = published
    const message = encode(EncryptedEphemeralSecret, published)
    const ours = rak.sign(contextOf(contexts.encryptedEphemeralSecret), message)
    assert.equal(toHex(ours), toHex(signature), 'the signature of the enclave')
    const opened = decryptSecret(secret, recipient, ephemeralSecretData(runtimeId, epoch))
    assert.ok(opened !== undefined)
    const checksum = checksumOfEphemeralSecret(build, opened, { keyManagerId: runtimeId, epoch })
    assert.equal(toHex(checksum), toHex(secret.checksum!))
    this.ephemeralCount++
  }

  /** A status with another checksum than before has accepted the proposal. */
  takeStatus(bytes: Uint8Array): void {
    const status = keys.statuses.value.decode(bytes)
    const id = toHex(status.id)
    const last = this.#checksums.get(id) ?? ''
    const checksum = toHex(status.checksum ?? new Uint8Array(0))
    if (checksum === last) return
    const secret = this.#openProposal(id)
    const lastChecksum = last === '' ? firstChecksum(status.id) : Buffer.from(last, 'hex')
    assert.equal(toHex(checksumOfMasterSecret(build, secret, lastChecksum)), checksum)
    this.#checkSigner(status, secret)
    this.#checksums.set(id, checksum)
    this.acceptedCount++
  }

  #openProposal(id: string): Secret<Uint8Array> {
    const { runtimeId, generation, epoch, secret } = this.#proposals.get(id)!.secret
    const opened = decryptSecret(secret, recipient, masterSecretData(runtimeId, generation, epoch))
    assert.ok(opened !== undefined)
    return opened
  }

  #checkSigner({ id, rsk }: Status, secret: Secret<Uint8Array>): void {
    assert.ok(rsk !== undefined, 'the enclaves have said by which key they sign')
    assert.equal(toHex(deriveSigner(build, secret, id).publicKey), toHex(rsk))
  }
}

function follow(chain: string): SecretFollower {
  const follower = new SecretFollower()
  for (const { state_diff: diff } of blockVersions(chain)) {
    for (const [key, value] of diff ?? []) {
      if (value === null) continue
      const bytes = bytesOfBase64(value)
      const prefix = bytesOfBase64(key)[0]
      if (prefix === keys.masterSecrets.keys.prefix) follower.takeMasterSecret(bytes)
      if (prefix === keys.ephemeralSecrets.keys.prefix) follower.takeEphemeralSecret(bytes)
      if (prefix === keys.statuses.keys.prefix) follower.takeStatus(bytes)
    }
  }
  return follower
}

const CHAINS = listChains().filter((chain) => chain.startsWith('key') || chain.includes('runtime'))

describe('secrets that recorded key managers published', () => {
  for (const chain of CHAINS) {
    it(`${chain}: open, have their checksums, and give the key that the enclaves named`, () => {
      const { acceptedCount, ephemeralCount } = follow(chain)
      if (chain === 'keymanager-master-secrets') assert.ok(acceptedCount > 2, 'secrets are rotated')
      if (acceptedCount > 0) assert.notEqual(ephemeralCount, 0)
    })
  }
})
