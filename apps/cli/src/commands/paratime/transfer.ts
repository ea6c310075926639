import { Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import { printAddress } from '@wadi/primitives/address'
import { paratimeCall } from '@wadi/sdk/prepare-paratime-transaction'
import { AMOUNT, WHO } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { paratimeCommand } from '../../paratimes/paratimeCommand.ts'
import { paratimeAddress, unitsOf } from '../../paratimes/paratimePlace.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** `wadi paratime transfer`. */
export const transfer = paratimeCommand({
  name: 'transfer',
  summary: 'send tokens to an account in the same ParaTime',
  details: [AMOUNT, ...WHO, 'Accounts may also be addresses on Ethereum (0x…).'],
  examples: [
    'wadi paratime transfer accounts 2.5 alice --account test:0',
    'wadi paratime transfer accounts 2.5 alice --account test:0 --encrypted',
  ],
  operands: '<paratime> <amount> <to>',
  options: {},
  order({ operands }, { place, book }) {
    const [, text, name] = operandsOf(operands, 'paratime', 'amount', 'to')
    const amount = parseSomeTokens(text, place.token)
    const to = paratimeAddress(book, name)
    return {
      call: paratimeCall('accounts.Transfer', Transfer, { to, amount: unitsOf(place, amount) }),
      spends: amount,
      facts: [
        ['Transfer', tokensText(amount, place.token)],
        ['To', book.print(to)],
      ],
      json: { to: printAddress(to), amount: tokensJson(amount, place.token) },
    }
  },
})
