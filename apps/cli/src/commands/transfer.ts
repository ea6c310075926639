import { printAddress } from '@wadi/primitives/address'
import { methodCall } from '@wadi/sdk/method-call'
import { AMOUNT, WHO } from '../command/explanations.ts'
import { operandsOf } from '../command/operands.ts'
import { sendCommand } from '../sending/sendCommand.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../words/tokens.ts'

/** `wadi transfer`. */
export const transfer = sendCommand({
  name: 'transfer',
  summary: 'send tokens to an account',
  details: [AMOUNT, ...WHO],
  examples: ['wadi transfer 25 alice --account test:0', 'wadi transfer 0.5 oasis1qrad7… --yes'],
  operands: '<amount> <to>',
  options: {},
  order({ operands }, { network, book }) {
    const [text, name] = operandsOf(operands, 'amount', 'to')
    const amount = parseSomeTokens(text, network.token)
    const to = book.addressOf(name)
    return {
      call: methodCall('staking.Transfer', { to, amount }),
      spends: amount,
      facts: [
        ['Transfer', tokensText(amount, network.token)],
        ['To', book.print(to)],
      ],
      json: { to: printAddress(to), amount: tokensJson(amount, network.token) },
    }
  },
})
