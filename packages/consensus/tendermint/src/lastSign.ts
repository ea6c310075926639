/**
 * What keeps a validator from signing two things where it may sign one: what it signed last. It is
 * durable before the signature leaves, and whoever starts a validator with an older one may lose
 * its stake.
 */

import { EMPTY_BYTES, equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { parseJson, toJson } from '@wadi/cbor/json'
import { mapped } from '@wadi/cbor/mapped'
import { bytes, i8, i32, i64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import type { Moment } from '@wadi/primitives/moment'
import { PublicKey } from '@wadi/primitives/publicKey'
import { decodeDelimited } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { canonicalProposalBytes, canonicalVoteBytes } from './signBytes.ts'
import type { Proposal } from './types/proposal.ts'
import { Timestamp } from './types/timestamp.ts'
import type { Vote } from './types/vote.ts'

/** COMPAT(oasis-core): the name of the file, in the folder of the consensus layer. */
export const LAST_SIGN_FILE_NAME = 'oasis_priv_validator.json'

/** What a validator signs in a round, in this order. */
export const SignStep = { none: 0, propose: 1, prevote: 2, precommit: 3 } as const

const HexBytes = mapped(bytes, {
  name: 'HexBytes',
  from: (wire) => wire,
  to: (value: Uint8Array) => value,
  jsonForm: { print: (value) => toHex(value).toUpperCase(), parse: parseHex },
  isEmptyInJson: ({ length }) => length === 0,
})

/** What was signed last; empty before anything was. As JSON it is the file. */
export const LastSign = struct({
  height: i64,
  round: i32,
  step: i8,
  signature: omitEmpty(bytes),
  signbytes: omitEmpty(HexBytes),
  publicKey: PublicKey,
})
export interface LastSign {
  readonly height: bigint
  readonly round: number
  readonly step: number
  readonly signature: Uint8Array
  readonly signbytes: Uint8Array
  readonly publicKey: PublicKey
}

/** The state of a key that has not signed anything. */
export function nothingSigned(publicKey: PublicKey): LastSign {
  const at = { height: 0n, round: 0, step: SignStep.none }
  return { ...at, signature: EMPTY_BYTES, signbytes: EMPTY_BYTES, publicKey }
}

/** The text of the file. */
export function printLastSign(last: LastSign): string {
  return toJson(LastSign, last)
}

/** What the text of a file says; throws a coded error if it says nothing. */
export function parseLastSign(text: string): LastSign {
  return parseJson(LastSign, text)
}

/** What is to be signed. */
export type SignRequest =
  | { readonly kind: 'vote'; readonly vote: Omit<Vote, 'signature'> }
  | { readonly kind: 'proposal'; readonly proposal: Omit<Proposal, 'signature'> }

/** Whether to sign, and why not. */
export type SignDecision =
  | { readonly kind: 'sign'; readonly signBytes: Uint8Array }
  /** The same was signed before, at this time. */
  | { readonly kind: 'reuse'; readonly signature: Uint8Array; readonly timestamp: Moment }
  | {
      readonly kind: 'refuse'
      readonly why:
        | 'height-regression'
        | 'round-regression'
        | 'step-regression'
        | 'forgotten-message'
        | 'conflicting-message'
    }

/**
 * May this be signed after that? A different time alone makes no other message: the first one
 * counts.
 */
export function decideSign(last: LastSign, request: SignRequest, chainId: string): SignDecision {
  const { height, round, step } = placeOf(request)
  const signBytes = signBytesAt(request, chainId, timeOf(request))
  if (height !== last.height) {
    if (height < last.height) return { kind: 'refuse', why: 'height-regression' }
    return { kind: 'sign', signBytes }
  }
  if (round !== last.round) {
    if (round < last.round) return { kind: 'refuse', why: 'round-regression' }
    return { kind: 'sign', signBytes }
  }
  if (step !== last.step) {
    if (step < last.step) return { kind: 'refuse', why: 'step-regression' }
    return { kind: 'sign', signBytes }
  }
  const { signature, signbytes } = last
  if (signbytes.length === 0 || signature.length === 0) {
    return { kind: 'refuse', why: 'forgotten-message' }
  }
  const timestamp = signedTime(signbytes, request.kind)
  const isSame =
    timestamp !== undefined && equalBytes(signBytesAt(request, chainId, timestamp), signbytes)
  if (!isSame) return { kind: 'refuse', why: 'conflicting-message' }
  return { kind: 'reuse', signature, timestamp }
}

/** What is to be durable before the signature leaves. */
export function lastSignAfter(
  { publicKey }: LastSign,
  request: SignRequest,
  signbytes: Uint8Array,
  signature: Uint8Array,
): LastSign {
  return { ...placeOf(request), signature, signbytes, publicKey }
}

function placeOf(request: SignRequest): Pick<LastSign, 'height' | 'round' | 'step'> {
  if (request.kind === 'proposal') {
    const { height, round } = request.proposal
    return { height, round, step: SignStep.propose }
  }
  const { height, round, type } = request.vote
  return { height, round, step: SignStep[type] }
}

function timeOf(request: SignRequest): Moment {
  return request.kind === 'vote' ? request.vote.timestamp : request.proposal.timestamp
}

function signBytesAt(request: SignRequest, chainId: string, timestamp: Moment): Uint8Array {
  return request.kind === 'vote'
    ? canonicalVoteBytes(chainId, { ...request.vote, timestamp })
    : canonicalProposalBytes(chainId, { ...request.proposal, timestamp })
}

const TimeOfVote = message({ timestamp: field(5, embedded(Timestamp)) })
const TimeOfProposal = message({ timestamp: field(6, embedded(Timestamp)) })

/** The time in what was signed; undefined if there is none. */
function signedTime(signBytes: Uint8Array, kind: SignRequest['kind']): Moment | undefined {
  try {
    const schema = kind === 'vote' ? TimeOfVote : TimeOfProposal
    return decodeDelimited(schema, signBytes).timestamp
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
