import { printAddress } from '@wadi/primitives/address'
import { AddressBook } from '../../accounts/addressBook.ts'
import { answer } from '../../command/answer.ts'
import { WHO, WHOSE } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { LAST, withNetwork } from '../../network/withNetwork.ts'
import { tableLines } from '../../words/lines.ts'
import { tokensJson, tokensText } from '../../words/tokens.ts'

/** `wadi allowance list`. */
export const list = wadiCommand({
  name: 'list',
  summary: 'list who may withdraw how much from an account',
  details: [...WHO, ...WHOSE],
  examples: ['wadi allowance list alice'],
  operands: '[account]',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const { client, token } = network
      const [name] = operandsOf(operands, 'account?')
      const book = await AddressBook.open(network, world)
      const owner = name === undefined ? book.own('').address : book.addressOf(name)
      const { general } = await client.staking.account({ height: LAST, owner })
      const all = Array.from(general.allowances)
      const json = {
        address: printAddress(owner),
        allowances: all.map(([beneficiary, amount]) => ({
          beneficiary: printAddress(beneficiary),
          amount: tokensJson(amount, token),
        })),
      }
      const rows = all.map(([who, amount]) => [tokensText(amount, token), book.print(who)])
      const none = `Nobody may withdraw from ${book.print(owner)}.`
      return answer(flags, world, { json, lines: tableLines(['AMOUNT', 'WHO'], rows, none) })
    }),
})
