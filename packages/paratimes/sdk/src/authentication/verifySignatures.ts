/** Checking the signatures of transactions, those of many transactions at once. */

import { concatBytes } from '@wadi/base/bytes'
import type { CurveName, HashName } from '@wadi/crypto/ecdsa/ecdsa'
import { secp256k1, secp256r1, secp384r1 } from '@wadi/crypto/ecdsa/nobleEcdsa'
import { verifySignatures } from '@wadi/crypto/ed25519/batch'
import { SIGNATURE_BYTES, type SignedMessage } from '@wadi/crypto/ed25519/signedMessage'
import { prehash, type SignatureContext } from '@wadi/crypto/signature/context'
import { verifySr25519 } from '@wadi/crypto/sr25519/sr25519'
import { hashedTranscript } from '@wadi/crypto/sr25519/transcript'
import { standardKey } from '../types/compactPoint.ts'
import type { ClaimedSignature } from '../types/multisig.ts'

const FAILED = 'signature verification failed'
const MALFORMED_KEY = 'malformed public key'
const MALFORMED_SIGNATURE = 'malformed signature'

/** A message with the signatures that must all be valid. */
export interface SignedBody {
  readonly body: Uint8Array
  readonly signatures: readonly ClaimedSignature[]
}

/**
 * For each message what is wrong with its first bad signature; undefined if all are good.
 * PERF: the signatures of Ed25519 in a batch of transactions share their doublings: 0.63 times as
 * long as one by one at 64 of them.
 */
export function verifyBodies(
  context: SignatureContext,
  signed: readonly SignedBody[],
): readonly (string | undefined)[] {
  const batch: SignedMessage[] = []
  for (const { body, signatures } of signed) {
    for (const { publicKey, signature } of signatures) {
      if (publicKey.kind !== 'ed25519' || signature.length !== SIGNATURE_BYTES) continue
      batch.push({ publicKey: publicKey.body, message: prehash(context, body), signature })
    }
  }
  const verdicts = verifySignatures(batch)[Symbol.iterator]()
  return signed.map(({ body, signatures }) => {
    // All of a message's verdicts are taken, whatever the first of them is.
    const sentences = signatures.map((claimed) =>
      claimed.publicKey.kind === 'ed25519'
        ? verdictOfEd25519(claimed.signature, verdicts)
        : verifyOther(context, body, claimed),
    )
    return sentences.find((sentence) => sentence !== undefined)
  })
}

function verdictOfEd25519(signature: Uint8Array, verdicts: Iterator<boolean>): string | undefined {
  if (signature.length !== SIGNATURE_BYTES) return MALFORMED_SIGNATURE
  return verdicts.next().value === true ? undefined : FAILED
}

function verifyOther(
  context: SignatureContext,
  body: Uint8Array,
  { publicKey, signature }: ClaimedSignature,
): string | undefined {
  const { kind, body: key } = publicKey
  switch (kind) {
    case 'secp256k1':
      // COMPAT(oasis-sdk): on this curve one sentence stands for all that may be wrong.
      return verifyEcdsa({ context, body, key, signature }, 'secp256k1') && FAILED
    case 'secp256r1':
    case 'secp384r1':
      return verifyEcdsa({ context, body, key, signature }, kind)
    case 'sr25519': {
      const verdict = verifySr25519(key, hashedTranscript(context.bytes, body), signature)
      return SENTENCES[verdict]
    }
    case 'ed25519':
      return FAILED
  }
}

const SENTENCES = {
  valid: undefined,
  invalid: FAILED,
  'malformed-public-key': MALFORMED_KEY,
  'malformed-signature': MALFORMED_SIGNATURE,
} as const

interface EcdsaSignature {
  readonly context: SignatureContext
  readonly body: Uint8Array
  readonly key: Uint8Array
  readonly signature: Uint8Array
}

const CURVES = { secp256k1, secp256r1, secp384r1 } as const
const HASHES: { readonly [K in CurveName]: HashName } = {
  secp256k1: 'sha512-256',
  secp256r1: 'sha512-256',
  secp384r1: 'sha384',
}

function verifyEcdsa(
  { context, body, key, signature }: EcdsaSignature,
  curve: CurveName,
): string | undefined {
  const publicKey = standardKey(curve, key)
  if (publicKey === undefined) return MALFORMED_KEY
  const verdict = CURVES[curve].verifyMessage({
    publicKey,
    signature,
    hash: HASHES[curve],
    message: concatBytes(context.bytes, body),
    highS: curve === 'secp256k1' ? 'refuse' : 'accept',
  })
  return SENTENCES[verdict]
}
