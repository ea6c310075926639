/** What goes wrong between two enclaves, in the reference's words and with its numbers. */

import { CodedError } from '@wadi/base/errors'
import { errors as aeadErrors } from '@wadi/crypto/aead/aead'
import { errors as noiseErrors } from '@wadi/crypto/noise/symmetric'
import { refusal, unheard } from '../errors.ts'

const say = (reason: string, sentence: string) => () => refusal(reason, sentence)

/** Refusals within a session. */
export const errors = {
  invalidInput: say('invalidInput', 'invalid input'),
  invalidState: say('invalidState', 'invalid state'),
  sessionClosed: say('sessionClosed', 'session closed'),
  wrongEnclave: say('wrongEnclave', 'mismatched enclave identity'),
  noQuotePolicy: say('noQuotePolicy', 'missing quote policy'),
  wrongRakHash: say('wrongRakHash', 'RAK binding mismatch'),
  invalidSignature: say('invalidSignature', 'invalid signature'),
  invalidEndorsement: say('invalidEndorsement', 'invalid node endorsement signature'),
  noRek: say('noRek', 'missing REK'),
  invalidHardware: say('invalidHardware', 'invalid TEE hardware'),
  oldAttestation: say('oldAttestation', 'V0 attestation not supported'),

  tooManySessions: say('tooManySessions', 'max concurrent sessions reached'),

  transport: unheard,
  expectedResponse: say('expectedResponse', 'expected response message'),
} as const

const DEMUX_CODES = { payload: 1, method: 2, sessions: 3, session: 4 } as const

/** Refuses a frame: the host is told with module and number. */
export function frameRefusal(kind: keyof typeof DEMUX_CODES, sentence: string): CodedError {
  return new CodedError('demux', DEMUX_CODES[kind], `enclaveRpc.${kind}`, sentence)
}

/** Refuses a request of the host itself. */
export function dispatchRefusal(sentence: string): CodedError {
  return new CodedError('rhp/dispatcher', 1, 'enclaveRpc.dispatch', sentence)
}

const NOISE_SENTENCES: ReadonlyMap<string, string> = new Map([
  [aeadErrors.openFailed().reason, 'decrypt error'],
  [noiseErrors.truncated().reason, 'input error'],
  [noiseErrors.tooLong().reason, 'input error'],
  [noiseErrors.lowOrder().reason, 'diffie-hellman error'],
])

/** Says what Noise has found in the words of the library that the reference uses. */
export function noiseRefusal(error: CodedError): CodedError {
  const sentence = NOISE_SENTENCES.get(error.reason)
  return sentence === undefined ? error : refusal('noise', sentence)
}
