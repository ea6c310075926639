import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { tupleHash256 } from '@wadi/crypto/hash/cshake'
import { contexts } from '@wadi/crypto/signature/contexts'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'

/** What an enclave vouches for when it signs its evidence. */
export interface AttestedFacts {
  readonly reportData: Uint8Array
  readonly nodeId: PublicKey
  readonly height: bigint
  /** The enclave's key for encryption, if it has one. */
  readonly rek: X25519PublicKey | undefined
}

const DIGEST_SIZE = 32

function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  for (let i = 0; i < 8; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn)
  return bytes
}

/** The message that the enclave's key signs, under the context that is its customization too. */
export function attestationDigest({ reportData, nodeId, height, rek }: AttestedFacts): Uint8Array {
  const customization = { custom: contexts.teeAttestation.base, size: DIGEST_SIZE }
  const keys = rek === undefined ? [] : [rek]
  return tupleHash256(customization, reportData, nodeId, littleEndian(height), ...keys)
}

/** What the first half of a quote's report data must be, so that the key is the enclave's. */
export function rakHash(rak: PublicKey): Hash {
  return hashOfBytes(concatBytes(toUtf8('oasis-core/node: TEE RAK binding'), rak))
}
