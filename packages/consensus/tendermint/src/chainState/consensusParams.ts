/** The parameters of a chain: what they may be, and how an application changes them. */

import { definePlainErrors } from '@wadi/base/errors'
import { BLOCK_SIZE_MAX } from '../limits.ts'
import type { ConsensusParams, ConsensusParamUpdates } from '../types/consensusParams.ts'
import { nanosecondsOf } from '../types/timestamp.ts'

const errors = definePlainErrors('consensusParams', {
  badBlockSize: 'no such size of blocks',
  badBlockGas: 'no such gas of blocks',
  badEvidenceAge: 'evidence has to have some age',
  badEvidenceSize: 'no such size of evidence',
  badKeyTypes: 'no such types of keys',
})

const BLOCK_SIZES_END = BigInt(BLOCK_SIZE_MAX)
const KEY_TYPES = ['ed25519', 'secp256k1']

/** CometBFT's own, where a genesis document says nothing. */
export const DEFAULT_PARAMS: ConsensusParams = {
  block: { maxBytes: 22_020_096n, maxGas: -1n },
  evidence: {
    maxAgeNumBlocks: 100_000n,
    maxAgeDuration: { seconds: 172_800n, nanoseconds: 0 },
    maxBytes: 1_048_576n,
  },
  validator: { pubKeyTypes: ['ed25519'] },
  version: { app: 0n },
}

/** Refuses parameters with which no chain can go on. */
export function checkConsensusParams({ block, evidence, validator }: ConsensusParams): void {
  if (block.maxBytes <= 0n || block.maxBytes > BLOCK_SIZES_END)
    throw errors.badBlockSize(`${block.maxBytes}`)
  if (block.maxGas < -1n) throw errors.badBlockGas(`${block.maxGas}`)
  if (evidence.maxAgeNumBlocks <= 0n) throw errors.badEvidenceAge('blocks')
  if (nanosecondsOf(evidence.maxAgeDuration) <= 0n) throw errors.badEvidenceAge('duration')
  if (evidence.maxBytes < 0n || evidence.maxBytes > block.maxBytes)
    throw errors.badEvidenceSize(`${evidence.maxBytes}`)
  const { pubKeyTypes } = validator
  if (pubKeyTypes.length === 0 || !pubKeyTypes.every((type) => KEY_TYPES.includes(type)))
    throw errors.badKeyTypes(`${pubKeyTypes.length}`)
}

/** The parameters after a change; they are not checked. */
export function changedParams(
  params: ConsensusParams,
  { block, evidence, pubKeyTypes, appVersion }: ConsensusParamUpdates,
): ConsensusParams {
  return {
    block: block ?? params.block,
    evidence: evidence ?? params.evidence,
    validator: pubKeyTypes === undefined ? params.validator : { pubKeyTypes },
    version: appVersion === undefined ? params.version : { app: appVersion },
  }
}
