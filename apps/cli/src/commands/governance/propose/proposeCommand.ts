/** Commands that propose something. */

import { encode, make } from '@wadi/cbor/codec'
import { toJson } from '@wadi/cbor/json'
import { type Parameters, ProposalContent } from '@wadi/consensus/governance'
import { describeBody } from '@wadi/node/describe-body'
import type { FlagsOf } from '@wadi/node-config/command'
import type { Json } from '@wadi/node-config/json-output'
import { methodCall } from '@wadi/sdk/method-call'
import { errors } from '../../../errors.ts'
import { LAST } from '../../../network/withNetwork.ts'
import { sendCommand } from '../../../sending/sendCommand.ts'
import { tokensJson, tokensText } from '../../../words/tokens.ts'

const proposeFlags = {
  title: {
    kind: 'text',
    doc: 'what the proposal is called, on networks that take titles',
    fallback: '',
    word: 'text',
  },
  description: { kind: 'text', doc: 'why it is proposed', fallback: '', word: 'text' },
} as const

type Metadata = FlagsOf<typeof proposeFlags>

/** Whether people are told what a proposal is about is up to the network. */
function metadataOf({ title, description }: Metadata, { allowProposalMetadata }: Parameters) {
  if (!allowProposalMetadata && title + description === '') return {}
  if (!allowProposalMetadata)
    throw errors.badValue('the network takes no titles; leave --title and --description out')
  if (title === '') throw errors.missingValue('the proposal has no title; give it one with --title')
  return { metadata: { title, description } }
}

/** What is proposed, out of the operands. */
interface Declared {
  readonly name: string
  readonly summary: string
  readonly operands: string
  readonly details?: readonly string[]
  readonly examples: readonly string[]
  content(operands: readonly string[]): Partial<ProposalContent>
}

/** A command that proposes something. */
export function proposeCommand({ content, ...declared }: Declared) {
  return sendCommand({
    ...declared,
    options: proposeFlags,
    async order({ operands, flags }, { network }) {
      const { client, token } = network
      const wish = content(operands)
      const params = await client.governance.consensusParameters(LAST)
      const { minProposalDeposit } = params
      const proposed = make(ProposalContent, { ...metadataOf(flags, params), ...wish })
      const method = 'governance.SubmitProposal'
      const lines = describeBody(method, encode(ProposalContent, proposed), token)
      return {
        call: methodCall(method, proposed),
        spends: minProposalDeposit,
        facts: [
          ...lines.map((line, i) => [i === 0 ? 'Propose' : '', line] as const),
          ['Deposit', `${tokensText(minProposalDeposit, token)}, back if it passes`],
        ],
        json: {
          content: JSON.parse(toJson(ProposalContent, proposed)) as Json,
          deposit: tokensJson(minProposalDeposit, token),
        },
      }
    },
  })
}
