import { make } from '@wadi/cbor/codec'
import { ProposalContent } from '@wadi/consensus/governance'
import { errors } from '../transaction/commandErrors.ts'
import { unsignedOf } from '../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../transaction/transactionCommand.ts'
import { readUpgrade } from '../transaction/upgradeFile.ts'

const UPGRADE = 'proposal.upgrade.descriptor'
const CANCEL = 'proposal.cancel_upgrade.id'

function proposalOf(path: string, proposalId: bigint): ProposalContent {
  if (path !== '') return make(ProposalContent, { upgrade: readUpgrade(path) })
  if (proposalId !== 0n)
    return make(ProposalContent, { cancelUpgrade: { proposalId: unsignedOf(CANCEL, proposalId) } })
  throw errors.missingValue(
    `nothing is proposed; give --${UPGRADE} or --${CANCEL}, which is above zero`,
  )
}

/** `governance gen_submit_proposal`. */
export const genSubmitProposal = transactionCommand({
  name: 'gen_submit_proposal',
  summary: 'generate a submit proposal transaction',
  options: {
    [CANCEL]: { kind: 'integer', doc: 'Cancel upgrade proposal ID', fallback: 0n },
    [UPGRADE]: { kind: 'text', doc: 'Path to the proposal upgrade descriptor', fallback: '' },
  },
  content: (flags) =>
    contentOf('governance.SubmitProposal', proposalOf(flags[UPGRADE], flags[CANCEL])),
})
