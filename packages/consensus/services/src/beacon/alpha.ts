/** Alpha: what every node's proof of an epoch is over. */

import { compareBytes, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { VrfProofs } from '@wadi/consensus/beacon'
import { tupleHash256 } from '@wadi/crypto/hash/cshake'
import { proofToHash } from '@wadi/crypto/vrf/vrf'
import type { Epoch } from '@wadi/primitives/epoch'
import { u64Key } from '@wadi/primitives/keyFormat'
import type { Proof } from '@wadi/primitives/signed'
import type { Context } from '../kernel/context.ts'
import { blockEntropy } from './entropy.ts'

const CUSTOM = 'oasis-core:vrf/alpha'
const ALPHA_BYTES = 32

function alphaOf({ chain }: Context, epoch: Epoch, entropy: readonly Uint8Array[]): Uint8Array {
  const custom = { custom: CUSTOM, size: ALPHA_BYTES }
  return tupleHash256(custom, toUtf8(chain.context), u64Key.toBytes(epoch), ...entropy)
}

/**
 * An alpha that a proposer can influence. Its proofs elect nobody: they only make the next alpha a
 * good one.
 */
export function lowQualityAlpha(ctx: Context, epoch: Epoch): Uint8Array {
  return alphaOf(ctx, epoch, [blockEntropy(ctx)])
}

/** An alpha of which nobody knew before all these nodes had proved. */
export function highQualityAlpha(ctx: Context, epoch: Epoch, proofs: VrfProofs): Uint8Array {
  const sorted = [...proofs].sort(([a], [b]) => compareBytes(a, b))
  return alphaOf(
    ctx,
    epoch,
    sorted.map(([, proof]) => betaOf(proof)),
  )
}

/** The random output of a proof that was verified before it was stored. */
export function betaOf(proof: Proof | undefined): Uint8Array {
  const beta = proof && proofToHash(proof.proof)
  assert(beta !== undefined, 'beacon: the state has a proof that is none')
  return beta
}
