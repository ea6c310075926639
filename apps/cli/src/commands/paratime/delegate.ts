import { Delegate, Delegated } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import { printAddress } from '@wadi/primitives/address'
import { paratimeCall } from '@wadi/sdk/prepare-paratime-transaction'
import { AMOUNT, VALIDATOR } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { paratimeCommand } from '../../paratimes/paratimeCommand.ts'
import { unitsOf } from '../../paratimes/paratimePlace.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** `wadi paratime delegate`. */
export const delegate = paratimeCommand({
  name: 'delegate',
  summary: 'delegate tokens of a ParaTime to a validator',
  details: [AMOUNT, ...VALIDATOR],
  examples: ['wadi paratime delegate accounts 10 oasis1qrad7… --account alice'],
  operands: '<paratime> <amount> <validator>',
  options: {},
  order({ operands }, { place, book }) {
    const [, text, name] = operandsOf(operands, 'paratime', 'amount', 'validator')
    const amount = parseSomeTokens(text, place.network.token)
    const to = book.addressOf(name)
    const body = { to, amount: unitsOf(place, amount * place.scale), receipt: 0n }
    return {
      call: paratimeCall('consensus.Delegate', Delegate, body),
      outcome: { kind: Delegated, caller: 'from' },
      spends: amount * place.scale,
      facts: [
        ['Delegate', tokensText(amount, place.network.token)],
        ['To', book.print(to)],
      ],
      json: { to: printAddress(to), amount: tokensJson(amount, place.network.token) },
    }
  },
})
