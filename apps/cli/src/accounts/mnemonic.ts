/** Words of people, as they type them. */

import { Secret } from '@wadi/base/secret'
import { checkMnemonic, type MnemonicVerdict } from '@wadi/client-keys/mnemonic'
import { errors } from '../errors.ts'

const LIST = 'is not in the English list of BIP-39; see how it is spelled'
const CHECKSUM =
  'the words of the mnemonic do not belong together (their checksum is wrong): ' +
  'one is wrong, or their order; compare them with what you wrote down'

function describeMistake(verdict: MnemonicVerdict): string | undefined {
  if (verdict.kind === 'good') return undefined
  if (verdict.kind === 'count')
    return `a mnemonic has 12, 15, 18, 21 or 24 words, not ${verdict.count}; give all of them`
  if (verdict.kind === 'unknownWord') return `word ${verdict.place} of the mnemonic ${LIST}`
  return CHECKSUM
}

/** The words of a mnemonic, with one blank between two. No sentence repeats any of them. */
export function parseMnemonic(text: Secret<string>): Secret<string> {
  const words = text.reveal().normalize('NFKD').trim().toLowerCase().replace(/\s+/g, ' ')
  const mistake = describeMistake(checkMnemonic(words))
  if (mistake === undefined) return new Secret(words)
  throw errors.badValue(mistake)
}

/**
 * What is wrong with the words in a wallet of the oasis command line, if anything is.
 * COMPAT(oasis-core): blanks between words may be any, and belong to what the key is made of;
 * capitals are in no list.
 */
export function keptMistake(text: Secret<string>): string | undefined {
  return describeMistake(checkMnemonic(text.reveal().trim().replace(/\s+/g, ' ')))
}
