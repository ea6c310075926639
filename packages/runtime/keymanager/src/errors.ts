/** Why enclaves refuse, in the reference's words. */

import { CodedError } from '@wadi/base/errors'
import { errors as cborErrors } from '@wadi/cbor/errors'
import {
  KEY_MANAGER_NOT_READY,
  KEY_MANAGER_SAID,
  KEY_MANAGER_UNHEARD,
} from '@wadi/runtime-protocol/enclave-rpc/keys'

/**
 * COMPAT(oasis-core): answers carry the sentence alone, without module or code; so there is no
 * catalogue, which would put the area before it.
 */
export function refusal(reason: string, sentence: string): CodedError {
  return new CodedError('unknown', 1, `keymanager.${reason}`, sentence)
}

const CALL_FAILED = 'call failed: '

/** What another enclave has said. */
export function said(sentence: string): CodedError {
  return new CodedError('unknown', 1, KEY_MANAGER_SAID, CALL_FAILED + sentence)
}

/** The same, if it is not for good. */
export function notReady({ message }: CodedError): CodedError {
  return new CodedError('unknown', 1, KEY_MANAGER_NOT_READY, message)
}

/** No other enclave was heard. */
export function unheard(): CodedError {
  return new CodedError('unknown', 1, KEY_MANAGER_UNHEARD, 'transport error')
}

const say = (reason: string, sentence: string) => () => refusal(reason, sentence)

/** The refusals that need no numbers. */
export const errors = {
  notAuthenticated: say('notAuthenticated', 'client session is not authenticated'),
  notAuthorized: say('notAuthorized', 'client is not authorized'),
  heightNotFresh: say('heightNotFresh', 'height is not fresh'),
  notInitialized: say('notInitialized', 'key manager is not initialized'),
  stateCorrupted: say('stateCorrupted', 'key manager state corrupted'),
  storageCorrupted: say('storageCorrupted', 'key manager storage corrupted'),
  runtimeMismatch: say('runtimeMismatch', 'runtime mismatch'),

  policyRequired: say('policyRequired', 'policy required'),
  policyRollback: say('policyRollback', 'policy rollback'),
  policyChanged: say('policyChanged', 'policy alteration, without serial increment'),
  insufficientSignatures: say('insufficientSignatures', 'insufficient signatures'),
  invalidSignature: say('invalidSignature', 'invalid signature'),

  rekNotPublished: say('rekNotPublished', 'runtime encryption key not published'),
  masterSecretChecksum: say('masterSecretChecksum', 'master secret checksum mismatch'),
  masterSecretNotPublished: say('masterSecretNotPublished', 'master secret not published'),
  ephemeralSecretChecksum: say('ephemeralSecretChecksum', 'ephemeral secret checksum mismatch'),
  ephemeralSecretNotPublished: say('ephemeralSecretNotPublished', 'ephemeral secret not published'),
  invalidCiphertext: say('invalidCiphertext', 'invalid ciphertext'),
  ciphertextNotAuthentic: say('ciphertextNotAuthentic', 'Tag verification failed'),

  statusNotFound: say('statusNotFound', 'status not found'),
  statusMismatch: say('statusMismatch', 'status mismatch'),
  statusNotPublished: say('statusNotPublished', "status hasn't been published"),
  noRuntimeDescriptor: say('noRuntimeDescriptor', 'missing runtime descriptor'),
  noKeyManager: say('noKeyManager', "runtime doesn't use key manager"),

  invalidChecksum: say('invalidChecksum', 'invalid checksum'),
  epochRequired: say('epochRequired', 'current epoch required'),
  fromFuture: say('fromFuture', 'signature from the future'),
  expired: say('expired', 'signature expired'),
  rskMissing: say('rskMissing', 'runtime signing key missing'),
} as const

/** Refuses an epoch that is too far from now. */
export function invalidEpoch(expected: bigint, actual: bigint): CodedError {
  return refusal('invalidEpoch', `invalid epoch: expected ${expected}, got ${actual}`)
}

/** Refuses a generation that does not follow the last one. */
export function invalidGeneration(expected: bigint, actual: bigint): CodedError {
  const sentence = `invalid generation: expected ${expected}, got ${actual}`
  return refusal('invalidGeneration', sentence)
}

/** Refuses a generation that is not there yet. */
export function generationFromFuture(last: bigint, actual: bigint): CodedError {
  const sentence = `generation is in the future: expected max ${last}, got ${actual}`
  return refusal('generationFromFuture', sentence)
}

/** Nobody has the secret of this generation, or nobody gave it. */
export function masterSecretNotReplicated(generation: bigint): CodedError {
  const sentence = `master secret generation ${generation} not replicated`
  return refusal('masterSecretNotReplicated', sentence)
}

/** There is no secret of this epoch here. */
export function ephemeralSecretNotFound(epoch: bigint): CodedError {
  return refusal('ephemeralSecretNotFound', `ephemeral secret for epoch ${epoch} not found`)
}

/** Nobody has the secret of this epoch, or nobody gave it. */
export function ephemeralSecretNotReplicated(epoch: bigint): CodedError {
  const sentence = `ephemeral secret for epoch ${epoch} not replicated`
  return refusal('ephemeralSecretNotReplicated', sentence)
}

/** What holds whoever is asked, and whenever: it is said of the question itself. */
const FINAL: readonly string[] = [
  'invalid epoch: ',
  'generation is in the future: ',
  errors.notAuthenticated().message,
  errors.notAuthorized().message,
]
/** What only those say who have lost a secret, or never had it: others may have it. */
const LACKING = /^ephemeral secret for epoch \d+ not found$/

/**
 * How far a failure to get a key reaches. What is `final` is not asked again, whether somebody has
 * refused it or nobody was heard; of a `lack` another enclave of the key manager may know better,
 * and if none does it holds; any other refusal is `passing`.
 */
export function weightOf({ reason, message }: CodedError): 'final' | 'lack' | 'passing' {
  if (reason !== KEY_MANAGER_SAID) return 'final'
  const sentence = message.slice(CALL_FAILED.length)
  if (FINAL.some((start) => sentence.startsWith(start))) return 'final'
  return LACKING.test(sentence) ? 'lack' : 'passing'
}

const DECODING: ReadonlyMap<string, string> = new Map([
  [cborErrors.wrongType().reason, 'unexpected type'],
  [cborErrors.wrongLength().reason, 'unexpected type'],
  [cborErrors.outOfRange().reason, 'unexpected integer size'],
  [cborErrors.unknownField().reason, 'unknown field'],
  [cborErrors.unknownVariant().reason, 'unknown field'],
  [cborErrors.noVariant().reason, 'unknown field'],
  [cborErrors.severalVariants().reason, 'unknown field'],
  [cborErrors.missingField().reason, 'missing field'],
])

/** What the decoder of the reference's enclaves says of the same bytes. */
export function sentenceOfDecoding(error: CodedError): string {
  return DECODING.get(error.reason) ?? 'parsing failed'
}
