/** What a proposal has to be, before anybody looks at the state. */

import { toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Parameters, ProposalContent, ProposalMetadata } from '@wadi/consensus/governance'
import { errors } from '@wadi/consensus/governance/errors'
import { PROPOSAL_TITLE_BYTES_MAX, PROPOSAL_TITLE_BYTES_MIN } from '../limits.ts'
import { checkDescriptor } from '../upgrade/descriptors.ts'

/** Refuses a proposal that says too little, too much, or nothing that could be done. */
export function checkContent(content: ProposalContent, params: Parameters): void {
  checkMetadata(content.metadata, params)
  const { upgrade, cancelUpgrade, changeParameters } = content
  const wishes = [upgrade, cancelUpgrade, changeParameters].filter((wish) => wish !== undefined)
  if (wishes.length !== 1) throw errors.invalidArgument(`${wishes.length} wishes in a proposal`)
  if (upgrade !== undefined) refusingAsInvalid(() => checkDescriptor(upgrade))
  if (changeParameters?.module === '') throw errors.invalidArgument('no module')
  if (changeParameters?.changes.length === 0) throw errors.invalidArgument('no changes')
}

/** Whether people are told what a proposal is about is not up to its submitter. */
function checkMetadata(
  metadata: ProposalMetadata | undefined,
  { allowProposalMetadata }: Parameters,
): void {
  if (allowProposalMetadata !== (metadata !== undefined))
    throw errors.invalidArgument(
      allowProposalMetadata ? 'proposal metadata required' : 'proposal metadata not allowed',
    )
  if (metadata === undefined) return
  const size = toUtf8(metadata.title).length
  if (size < PROPOSAL_TITLE_BYTES_MIN || size > PROPOSAL_TITLE_BYTES_MAX)
    throw errors.invalidArgument(`title of ${size} bytes`)
}

function refusingAsInvalid(check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof CodedError) throw errors.invalidArgument(error.message)
    throw error
  }
}
