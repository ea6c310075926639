/** Accounts that several keys hold together. */

import { toHex } from '@wadi/base/bytes'
import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { PublicKey } from './keys.ts'
import { U64_MAX } from './token.ts'

/** A key, and how much its signature weighs. */
export const MultisigSigner = struct({ publicKey: PublicKey, weight: u64 })
export type MultisigSigner = Infer<typeof MultisigSigner>

/** Who may sign, and how much weight it takes. */
export const MultisigConfig = struct({ signers: list(MultisigSigner), threshold: u64 })
export type MultisigConfig = Infer<typeof MultisigConfig>

/** A signature, and the key that it claims to be by. */
export interface ClaimedSignature {
  readonly publicKey: PublicKey
  readonly signature: Uint8Array
}

/** The signatures that are there, or why they are not enough. */
export type Selection =
  | { readonly kind: 'signatures'; readonly signatures: readonly ClaimedSignature[] }
  | { readonly kind: 'refused'; readonly sentence: string }

function refused(sentence: string): Selection {
  return { kind: 'refused', sentence }
}

/**
 * Has every key its own place and weight, and is the threshold within reach? Of as many keys as a
 * transaction can name: so they are not compared in pairs.
 */
export function isGoodConfig({ signers, threshold }: MultisigConfig): boolean {
  if (threshold === 0n) return false
  const keys = new Set<string>()
  let total = 0n
  for (const { publicKey, weight } of signers) {
    if (weight === 0n) return false
    keys.add(`${publicKey.kind} ${toHex(publicKey.body)}`)
    total += weight
  }
  return keys.size === signers.length && total >= threshold && total <= U64_MAX
}

/** Those who have signed; each of their signatures must be valid. */
export function selectSignatures(
  config: MultisigConfig,
  signatures: readonly (Uint8Array | undefined)[],
): Selection {
  if (!isGoodConfig(config)) return refused('invalid config')
  if (signatures.length !== config.signers.length) return refused('invalid signature set')
  let total = 0n
  const selected: ClaimedSignature[] = []
  for (const [i, { publicKey, weight }] of config.signers.entries()) {
    const signature = signatures[i]
    if (signature === undefined) continue
    total += weight
    selected.push({ publicKey, signature })
  }
  if (total < config.threshold) return refused('insufficient weight')
  return { kind: 'signatures', signatures: selected }
}
