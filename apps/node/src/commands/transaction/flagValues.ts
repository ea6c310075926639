/** Values of flags and operands: what each command is told, read the same way everywhere. */

import { parseBase64, parseHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type Address, parseAddress } from '@wadi/primitives/address'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { parseQuantity, type Quantity } from '@wadi/primitives/quantity'
import { errors } from './commandErrors.ts'

const BITS_64 = 64n
const DECIMAL = /^\d{1,20}$/

function orRefuse<T>(read: () => T, sentence: (why: string) => string): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(sentence(error.message))
  }
}

/** A number that is not below zero and has at most so many bits. */
export function unsignedOf(name: string, value: bigint, bits: bigint = BITS_64): bigint {
  const max = 2n ** bits - 1n
  if (value < 0n || value > max)
    throw errors.badValue(`--${name} is ${value}; give a number from 0 to ${max}`)
  return value
}

/** A number that is given as a text, by a flag or as an operand. */
export function unsignedText(title: string, text: string): bigint {
  if (!DECIMAL.test(text) || BigInt(text) >= 2n ** BITS_64)
    throw errors.badValue(`${title} is ${JSON.stringify(text)}; give a number, such as 2000`)
  return BigInt(text)
}

/** A runtime's ID, by a flag or as an operand. */
export function runtimeIdOf(title: string, text: string): Namespace {
  return orRefuse(
    () => Namespace.check(parseHex(text)),
    () => `${title} is ${JSON.stringify(text)}; give a runtime's ID as 32 bytes in hex`,
  )
}

/** An amount of base units, or of shares. */
export function quantityOf(name: string, text: string): Quantity {
  return orRefuse(
    () => parseQuantity(text),
    () =>
      `--${name} is ${JSON.stringify(text)}; give a whole number of base units or shares, such as 1000`,
  )
}

/** An account. */
export function addressOf(name: string, text: string): Address {
  if (text === '') throw errors.missingValue(`--${name} is missing; give an address, oasis1…`)
  return orRefuse(
    () => parseAddress(text),
    (why) => `--${name} is ${JSON.stringify(text)}, no address (${why}); give one, oasis1…`,
  )
}

/** A public key in base64. */
export function publicKeyOf(name: string, text: string): PublicKey {
  if (text === '')
    throw errors.missingValue(`--${name} is missing; give a public key of 32 bytes in base64`)
  return orRefuse(
    () => PublicKey.check(parseBase64(text)),
    (why) =>
      `--${name} is ${JSON.stringify(text)}, no public key (${why}); give 32 bytes in base64`,
  )
}

/** A text that must be there. */
export function requiredText(name: string, text: string, what: string): string {
  if (text === '') throw errors.missingValue(`--${name} is missing; give ${what}`)
  return text
}

/** Refuses a call without these flags. */
export function requireGiven(given: ReadonlySet<string>, ...names: readonly string[]): void {
  const missing = names.filter((name) => !given.has(name))
  if (missing.length === 0) return
  const list = missing.map((name) => `--${name}`).join(', ')
  throw errors.missingValue(`${list} missing; give ${missing.length === 1 ? 'it' : 'them'}`)
}
