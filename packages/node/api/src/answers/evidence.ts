/** Evidence that somebody hands in. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError, type ErrorMaker } from '@wadi/base/errors'
import type { EvidenceOffer } from '@wadi/consensus/consensus/api'
import { decode } from '@wadi/protobuf/codec'
import { checkEvidence } from '@wadi/tendermint/basic/checkEvidence'
import { Evidence } from '@wadi/tendermint/types/evidence'
import type { LiveChain } from '../chainSource.ts'
import { cometErrors } from '../errors.ts'

function inWords<T>(refuse: ErrorMaker, words: string, attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw refuse(words + error.message)
  }
}

/** Takes evidence in, or says why not. */
export function submitEvidence(live: LiveChain, { meta = EMPTY_BYTES }: EvidenceOffer): void {
  const { malformedEvidence, badEvidence } = cometErrors
  const evidence = inWords(malformedEvidence, '', () => decode(Evidence, meta))
  inWords(badEvidence, 'evidence.ValidateBasic failed: ', () => checkEvidence(evidence))
  inWords(badEvidence, 'failed to add evidence: ', () => live.addEvidence(evidence))
}
