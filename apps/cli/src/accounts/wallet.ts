/**
 * Secrets under a password, as the `oasis` command line keeps them: Argon2id makes a key of the
 * password, Deoxys-II encrypts what is a secret with it. Its files can be read, and it reads ours.
 */

import { argon2Sync } from 'node:crypto'
import { parseBase64, parseUtf8, toBase64, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { deoxysii } from '@wadi/crypto/aead/deoxysii'
import { errors } from '../errors.ts'
import { ARGON2_LANES_MAX, ARGON2_MEMORY_KIB_MAX, ARGON2_PASSES_MAX } from '../limits.ts'
import { asObject, type Fields, parseObject } from '../words/jsonObject.ts'

/** How a key follows from what is kept: from words by ADR 8, or it is the key itself. */
export type Algorithm = 'ed25519-adr8' | 'ed25519-raw'

/** What is kept: the words, or a private key in base64, which is a seed and its public key. */
export interface WalletSecret {
  readonly algorithm: Algorithm
  readonly data: Secret<string>
}

/** A secret under a password, as it is written. */
export interface Envelope {
  readonly kdf: {
    readonly argon2: {
      readonly salt: string
      readonly time: number
      readonly memory: number
      readonly threads: number
    }
  }
  readonly nonce: string
  readonly data: string
}

const SALT_BYTES = 32
/** COMPAT(oasis-cli): so many are written, and the cipher takes the first of them. */
const NONCE_BYTES = 32
const NO_DATA = new Uint8Array(0)
/** COMPAT(oasis-cli): its parameters; memory is in KiB. */
const COST = { time: 1, memory: 65_536, threads: 4 }

type Argon2 = Envelope['kdf']['argon2']

function keyOf({ salt, time, memory, threads }: Argon2, password: Secret<string>): Uint8Array {
  return argon2Sync('argon2id', {
    message: toUtf8(password.reveal()),
    nonce: parseBase64(salt),
    passes: time,
    memory,
    parallelism: threads,
    tagLength: deoxysii.keyBytes,
  })
}

/** Puts a secret under a password. */
export function seal(
  { algorithm, data }: WalletSecret,
  password: Secret<string>,
  random: RandomSource,
): Envelope {
  const argon2 = { salt: toBase64(random.bytes(SALT_BYTES)), ...COST }
  const nonce = random.bytes(NONCE_BYTES)
  const key = deoxysii.useKey(keyOf(argon2, password))
  const text = toUtf8(JSON.stringify({ algorithm, data: data.reveal() }))
  const sealed = key.seal(nonce.subarray(0, deoxysii.nonceBytes), text, NO_DATA)
  key.wipe()
  return { kdf: { argon2 }, nonce: toBase64(nonce), data: toBase64(sealed) }
}

/** The secret of an envelope; `name` is the account's, for the sentence if it cannot be had. */
export function open(envelope: Envelope, password: Secret<string>, name: string): WalletSecret {
  const key = deoxysii.useKey(keyOf(envelope.kdf.argon2, password))
  const nonce = parseBase64(envelope.nonce).subarray(0, deoxysii.nonceBytes)
  try {
    return parseSecret(parseUtf8(key.open(nonce, parseBase64(envelope.data), NO_DATA)), name)
  } catch (error) {
    if (!(error instanceof CodedError) || error.reason !== 'aead.openFailed') throw error
    throw errors.wrongPassword(
      `${name} does not open: the password is wrong, or its file is damaged; try another password`,
    )
  } finally {
    key.wipe()
  }
}

function isAlgorithm(name: unknown): name is Algorithm {
  return name === 'ed25519-adr8' || name === 'ed25519-raw'
}

function parseSecret(text: string, name: string): WalletSecret {
  const { algorithm, data } = parseObject(text) ?? {}
  if (!isAlgorithm(algorithm) || typeof data !== 'string')
    throw errors.damagedAccount(
      `${name} has a key of another kind than Ed25519, which the consensus layer does not know; use another account`,
    )
  return { algorithm, data: new Secret(data) }
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max
}

function isBase64(value: unknown, sizeMin: number): value is string {
  if (typeof value !== 'string') return false
  try {
    return parseBase64(value).length >= sizeMin
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

const SALT_BYTES_MIN = 8
const LANE_KIB_MIN = 8

/** The envelope in an object; nothing if there is none that could be opened. */
export function envelopeOf({ kdf, nonce, data }: Fields): Envelope | undefined {
  const { salt, time, memory, threads } = asObject(asObject(kdf)?.['argon2']) ?? {}
  if (!isBase64(salt, SALT_BYTES_MIN) || !isBase64(nonce, deoxysii.nonceBytes)) return undefined
  if (!isBase64(data, 0) || !isCount(time, ARGON2_PASSES_MAX)) return undefined
  if (!isCount(threads, ARGON2_LANES_MAX) || !isCount(memory, ARGON2_MEMORY_KIB_MAX))
    return undefined
  if (memory < LANE_KIB_MIN * threads) return undefined
  return { kdf: { argon2: { salt, time, memory, threads } }, nonce, data }
}
