/** What a node checks of the document's own section before it accepts a genesis document at all. */

import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Genesis } from '@wadi/consensus/consensus'
import type { ForbiddenKeys } from '@wadi/crypto/signature/forbiddenKeys'
import {
  STATE_CHECKPOINT_CHUNK_BYTES_MIN,
  STATE_CHECKPOINT_INTERVAL_MIN,
  TIMEOUT_COMMIT_MIN,
} from '../limits.ts'

/** COMPAT(oasis-core): none of these has a code. */
export const errors = definePlainErrors('consensusGenesisChecks', {
  timeoutCommit: 'timeout commit must be >= 1ms',
  checkpointInterval: 'state checkpoint interval must be >= 1000',
  checkpointNumKept: 'number of kept state checkpoints must be > 0',
  checkpointChunkSize: 'state checkpoint chunk size must be >= 1 MiB',
  blacklistedTwice: 'redundant blacklisted public key',
  alreadyForbidden: 'public key already in blacklist',
})

/** What the node says. */
export interface ConsensusTerms {
  readonly isDebug: boolean
  /** The keys that are forbidden whatever the document says. */
  readonly forbidden: ForbiddenKeys
}

const PATH = 'consensus.params'

/**
 * Refuses a section with which no network could go on.
 * COMPAT(oasis-core): what engine it names is not looked at here.
 */
export function checkConsensus({ params }: Genesis, { isDebug, forbidden }: ConsensusTerms): void {
  if (params.timeoutCommit < TIMEOUT_COMMIT_MIN && !params.skipTimeoutCommit)
    throw errors.timeoutCommit(`${PATH}.timeout_commit`)
  if (!isDebug) checkCheckpoints(params)
  const seen = new Set<string>()
  for (const [i, key] of (params.publicKeyBlacklist ?? []).entries()) {
    const path = `${PATH}.public_key_blacklist[${i}]`
    if (seen.has(toHex(key))) throw errors.blacklistedTwice(path)
    if (forbidden.has(key)) throw errors.alreadyForbidden(path)
    seen.add(toHex(key))
  }
}

function checkCheckpoints(params: Genesis['params']): void {
  const { stateCheckpointInterval, stateCheckpointNumKept, stateCheckpointChunkSize } = params
  if (stateCheckpointInterval === 0n) return
  if (stateCheckpointInterval < STATE_CHECKPOINT_INTERVAL_MIN)
    throw errors.checkpointInterval(`${PATH}.state_checkpoint_interval`)
  if (stateCheckpointNumKept === 0n)
    throw errors.checkpointNumKept(`${PATH}.state_checkpoint_num_kept`)
  if (stateCheckpointChunkSize < STATE_CHECKPOINT_CHUNK_BYTES_MIN)
    throw errors.checkpointChunkSize(`${PATH}.state_checkpoint_chunk_size`)
}
