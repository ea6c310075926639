/** What the nodes of a network have in common: its context, and who may not sign there. */

import { refuseAttestations, type VerifyAttestation } from '@wadi/attestation/contract'
import { chainContextOf, type GenesisDocument } from '@wadi/consensus/genesis/document'
import { type Ed25519Provider, kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { needsDebug } from '../genesis/needsDebug.ts'
import type { Chain } from '../kernel/context.ts'

/** What is up to the node. */
export interface ChainChoices extends Pick<Chain, 'local' | 'upgrader'> {
  /** Does it allow what is for tests only? As the document asks, unless told otherwise. */
  readonly isDebug?: boolean
  /** Who checks signatures; the kernel unless told otherwise. */
  readonly ed25519?: Ed25519Provider
  /** Enclaves are refused unless somebody can tell them. */
  readonly verifyAttestation?: VerifyAttestation
}

/** What the rules know of the network of a document. */
export function chainTermsOf(
  document: GenesisDocument,
  choices: ChainChoices = {},
): Omit<Chain, 'bus'> {
  const { isDebug = needsDebug(document), ed25519, verifyAttestation, local, upgrader } = choices
  const blacklist = document.consensus.params.publicKeyBlacklist
  const test = isDebug ? [] : TEST_PUBLIC_KEYS
  return {
    context: chainContextOf(document),
    initialHeight: document.height,
    baseEpoch: document.beacon.base,
    isDebug,
    signatures: {
      forbidden: forbidKeys(RESERVED_PUBLIC_KEYS, test, blacklist),
      provider: ed25519 ?? kernelEd25519,
    },
    verifyAttestation: verifyAttestation ?? refuseAttestations,
    local,
    upgrader,
  }
}
