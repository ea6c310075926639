import { printAddress } from '@wadi/primitives/address'
import { methodCall } from '@wadi/sdk/method-call'
import { AMOUNT, VALIDATOR } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { sendCommand } from '../../sending/sendCommand.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** `wadi stake delegate`. */
export const delegate = sendCommand({
  name: 'delegate',
  summary: 'delegate tokens to a validator',
  details: [AMOUNT, ...VALIDATOR],
  examples: ['wadi stake delegate 10 oasis1qrad7… --account alice'],
  operands: '<amount> <validator>',
  options: {},
  order({ operands }, { network, book }) {
    const [text, name] = operandsOf(operands, 'amount', 'validator')
    const amount = parseSomeTokens(text, network.token)
    const account = book.addressOf(name)
    return {
      call: methodCall('staking.AddEscrow', { account, amount }),
      spends: amount,
      facts: [
        ['Delegate', tokensText(amount, network.token)],
        ['To', book.print(account)],
      ],
      json: { to: printAddress(account), amount: tokensJson(amount, network.token) },
    }
  },
})
