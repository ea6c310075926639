import { printAddress } from '@wadi/primitives/address'
import { ZERO } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { AMOUNT, WHO } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { errors } from '../../errors.ts'
import { LAST } from '../../network/withNetwork.ts'
import { sendCommand } from '../../sending/sendCommand.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** `wadi allowance withdraw`. */
export const withdraw = sendCommand({
  name: 'withdraw',
  summary: 'withdraw from an account that allows it',
  details: [AMOUNT, ...WHO],
  examples: ['wadi allowance withdraw 10 oasis1qrad7… --account alice'],
  operands: '<amount> <from>',
  options: {},
  async order({ operands }, { network, book, account }) {
    const { token, client } = network
    const [text, name] = operandsOf(operands, 'amount', 'from')
    const amount = parseSomeTokens(text, token)
    const from = book.addressOf(name)
    const query = { height: LAST, owner: from, beneficiary: account.address }
    const allowed = await client.staking.allowance(query)
    if (amount > allowed)
      throw errors.tooLittle(
        `${book.print(from)} allows ${account.name} ${tokensText(allowed, token)}, less than ${text}; take less, or have it raised with wadi allowance raise`,
      )
    return {
      call: methodCall('staking.Withdraw', { from, amount }),
      spends: ZERO,
      facts: [
        ['Withdraw', tokensText(amount, token)],
        ['Out of', book.print(from)],
      ],
      json: { out_of: printAddress(from), amount: tokensJson(amount, token) },
    }
  },
})
