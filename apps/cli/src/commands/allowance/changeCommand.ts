/** Raising and lowering what somebody may withdraw. */

import { printAddress } from '@wadi/primitives/address'
import { ZERO } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { AMOUNT, WHO } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { sendCommand } from '../../sending/sendCommand.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** A direction, and what is said of it. */
interface Direction {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly title: string
  readonly negative: boolean
}

/** A command for a direction. */
export function changeCommand({ name, summary, example, title, negative }: Direction) {
  return sendCommand({
    name,
    summary,
    details: [AMOUNT, '<beneficiary> is who may withdraw.', ...WHO],
    examples: [example],
    operands: '<amount> <beneficiary>',
    options: {},
    order({ operands }, { network, book }) {
      const [text, who] = operandsOf(operands, 'amount', 'beneficiary')
      const amountChange = parseSomeTokens(text, network.token)
      const beneficiary = book.addressOf(who)
      return {
        call: methodCall('staking.Allow', { beneficiary, negative, amountChange }),
        spends: ZERO,
        facts: [
          [title, tokensText(amountChange, network.token)],
          ['To', book.print(beneficiary)],
        ],
        json: {
          beneficiary: printAddress(beneficiary),
          negative,
          amount_change: tokensJson(amountChange, network.token),
        },
      }
    },
  })
}
