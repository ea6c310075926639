/**
 * Signature contexts: the text that is hashed before a message, so that a signature made for one
 * purpose is worth nothing for another:
 *
 *   base [ + separator + suffix ] [ + " for chain " + chain context ]
 */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { sha512Trunc256Parts } from '../hash/sha512.ts'
import { CHAIN_CONTEXT_BYTES_MAX, SIGNATURE_CONTEXT_BYTES_MAX } from '../limits.ts'
import { errors } from './errors.ts'

const CHAIN_SEPARATOR = ' for chain '

/** A purpose of signatures, before it is known for which chain and which suffix. */
export interface ContextDeclaration {
  readonly base: string
  /** Is a signature valid on one chain only? */
  readonly isChainSeparated: boolean
  /** What follows the base, if something does: the separator and the longest suffix. */
  readonly suffix?: { readonly separator: string; readonly sizeMax: number }
}

/** A complete context. Made by {@link contextOf} only. */
export interface SignatureContext {
  readonly text: string
  readonly bytes: Uint8Array
}

/** What completes a context. A chain context is ignored where the declaration does not want it. */
export interface ContextParts {
  readonly chainContext?: string
  readonly suffix?: string
}

/** The longest text that a declaration can become. */
function sizeMaxOf({ base, isChainSeparated, suffix }: ContextDeclaration): number {
  const chain = isChainSeparated ? CHAIN_SEPARATOR.length + CHAIN_CONTEXT_BYTES_MAX : 0
  const dynamic = suffix === undefined ? 0 : suffix.separator.length + suffix.sizeMax
  return toUtf8(base).length + dynamic + chain
}

/** A table of declarations, checked at start: two purposes can never have the same text. */
export function declareContexts<const T extends Record<string, ContextDeclaration>>(table: T): T {
  const bases = new Set<string>()
  for (const declaration of Object.values(table)) {
    const { base } = declaration
    assert(base.length > 0, 'signature: a context has a base')
    assert(!base.includes(CHAIN_SEPARATOR), `signature: ${base}: looks like a chain's`)
    assert(!bases.has(base), `signature: ${base} is declared twice`)
    const isShort = sizeMaxOf(declaration) <= SIGNATURE_CONTEXT_BYTES_MAX
    assert(isShort, `signature: ${base} can become too long`)
    bases.add(base)
  }
  return table
}

function suffixOf({ base, suffix }: ContextDeclaration, text: string | undefined): string {
  if (suffix === undefined) {
    if (text !== undefined) throw errors.noSuffixDeclared(base)
    return ''
  }
  if (text === undefined) throw errors.noSuffix(base)
  if (toUtf8(text).length > suffix.sizeMax) throw errors.malformedContext(`suffix of ${base}`)
  return suffix.separator + text
}

function chainOf({ base, isChainSeparated }: ContextDeclaration, text: string | undefined): string {
  if (!isChainSeparated) return ''
  if (text === undefined) throw errors.noChainContext(base)
  const size = toUtf8(text).length
  if (size === 0 || size > CHAIN_CONTEXT_BYTES_MAX) throw errors.malformedContext('chain context')
  return CHAIN_SEPARATOR + text
}

/** The complete context. */
export function contextOf(
  declaration: ContextDeclaration,
  { chainContext, suffix }: ContextParts = {},
): SignatureContext {
  const dynamic = suffixOf(declaration, suffix)
  const text = declaration.base + dynamic + chainOf(declaration, chainContext)
  return { text, bytes: toUtf8(text) }
}

/**
 * What is signed: the hash of context and message.
 * COMPAT(oasis-core): not Ed25519ph, because hardware signers do not know it.
 */
export function prehash(context: SignatureContext, message: Uint8Array): Uint8Array {
  return sha512Trunc256Parts(context.bytes, message)
}
