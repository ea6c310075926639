import { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import { WHICH_PARATIME } from '../command/explanations.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { withNetwork } from '../network/withNetwork.ts'
import { findParatime } from '../paratimes/findParatime.ts'
import { gatherRound } from '../rounds/gatherRound.ts'
import { roundJson } from '../rounds/roundJson.ts'
import { tellRound } from '../rounds/tellRound.ts'
import { parseRound } from '../words/numbers.ts'

/** `wadi round`. */
export const round = wadiCommand({
  name: 'round',
  summary: 'tell the story of a round of a ParaTime: who proposed, who disagreed, who paid',
  details: [
    ...WHICH_PARATIME,
    '[round] is a number; without it, it is the last round that ended. The one after it goes on.',
    'Nodes of the committee are numbered as they stand in it. Workers execute what one of them',
    'proposes; if their results differ, or some are missing when time is up, backup workers do it,',
    'too, and more than half of them decide.',
  ],
  asks: 'unproved',
  examples: ['wadi round sapphire', 'wadi round 8000 42', 'wadi round 8000 42 --output json'],
  operands: '<paratime> [round]',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const [text, number] = operandsOf(operands, 'paratime', 'round?')
      const asked = number === undefined ? undefined : parseRound(number)
      const paratime = await findParatime(network, text)
      const facts = await gatherRound(network.client, paratime.runtime.id, asked)
      const book = await AddressBook.open(network, world)
      const speaker = { token: network.token, print: book.print.bind(book) }
      const json = roundJson(facts, paratime, speaker)
      return answer(flags, world, { json, lines: tellRound(facts, paratime, speaker) })
    }),
})
