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
  summary: 'make a transaction that proposes an upgrade, or that one is cancelled',
  examples: [
    'wadi-node governance gen_submit_proposal --proposal.upgrade.descriptor descriptor.json --transaction.file proposal.json',
  ],
  options: {
    [CANCEL]: {
      kind: 'integer',
      doc: 'number of the proposal of which the upgrade is to be cancelled',
      fallback: 0n,
    },
    [UPGRADE]: {
      kind: 'text',
      doc: 'file with the descriptor of the upgrade, in JSON',
      fallback: '',
    },
  },
  content: (flags) =>
    contentOf('governance.SubmitProposal', proposalOf(flags[UPGRADE], flags[CANCEL])),
})
