import { AddressBook } from '../../accounts/addressBook.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { LAST, withNetwork } from '../../network/withNetwork.ts'
import { tableLines } from '../../words/lines.ts'
import { contentText, proposalJson, stateText } from './proposalView.ts'

/** `wadi governance proposals`. */
export const proposals = wadiCommand({
  name: 'proposals',
  summary: 'list the proposals on which one can vote',
  examples: ['wadi governance proposals', 'wadi governance proposals --all'],
  options: {
    all: { kind: 'boolean', doc: 'list those that are closed, too', fallback: false },
  },
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      operandsOf(operands)
      const { governance } = network.client
      const ask = flags.all ? governance.proposals : governance.activeProposals
      const all = await ask(LAST)
      const book = await AddressBook.open(network, world)
      const speaker = { token: network.token, print: book.print.bind(book) }
      const json = { proposals: all.map((each) => proposalJson(each, speaker)) }
      const rows = all.map((each) => [
        `${each.id}`,
        stateText(each),
        `${each.closesAt}`,
        contentText(each),
      ])
      const none = flags.all ? 'There are none.' : 'None is open; --all shows those that were.'
      const lines = tableLines(['ID', 'STATE', 'CLOSES', 'WHAT'], rows, none)
      return answer(flags, world, { json, lines })
    }),
})
