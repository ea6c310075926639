/** The words of a person: BIP-39 with its English list. */

import { entropyToMnemonic, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'

/** How many words a mnemonic can have. */
export const WORD_COUNTS: readonly number[] = [12, 15, 18, 21, 24]

/** Of these come the 24 words that ADR 8 recommends. */
const ENTROPY_BYTES = 32

/** Is it one? If not, why; never which words: they are a secret. */
export type MnemonicVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'count'; readonly count: number }
  /** The first word that is not in the list, counted from 1. */
  | { readonly kind: 'unknownWord'; readonly place: number }
  /** All words are in the list, and do not belong together. */
  | { readonly kind: 'checksum' }

const known = new Set(wordlist)

/** Words with one blank between two, in small letters. */
export function checkMnemonic(mnemonic: string): MnemonicVerdict {
  const words = mnemonic === '' ? [] : mnemonic.split(' ')
  const count = words.length
  if (!WORD_COUNTS.includes(count)) return { kind: 'count', count }
  const unknown = words.findIndex((word) => !known.has(word))
  if (unknown >= 0) return { kind: 'unknownWord', place: unknown + 1 }
  return { kind: validateMnemonic(mnemonic, wordlist) ? 'good' : 'checksum' }
}

/** 24 words that nobody had before. */
export function createMnemonic(random: RandomSource): Secret<string> {
  return new Secret(entropyToMnemonic(random.bytes(ENTROPY_BYTES), wordlist))
}
