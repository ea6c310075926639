import { Move, Withdrawn } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import { printAddress } from '@wadi/primitives/address'
import { paratimeCall } from '@wadi/sdk/prepare-paratime-transaction'
import { AMOUNT } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { errors } from '../../errors.ts'
import { paratimeCommand } from '../../paratimes/paratimeCommand.ts'
import { unitsOf } from '../../paratimes/paratimePlace.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** `wadi paratime withdraw`. */
export const withdraw = paratimeCommand({
  name: 'withdraw',
  summary: 'give tokens of a ParaTime back to the consensus layer',
  details: [
    AMOUNT,
    'Accounts that there are only in ParaTimes (keys of Ethereum, for example) have to say --to.',
  ],
  examples: [
    'wadi paratime withdraw accounts 2.5 --account test:0',
    'wadi paratime withdraw accounts 2.5 --account test:0 --encrypted',
  ],
  operands: '<paratime> <amount>',
  options: {
    to: {
      kind: 'text',
      doc: 'the account of the consensus layer that gets them; that of whoever signs unless given',
      fallback: '',
      word: 'account',
    },
  },
  order({ operands, flags }, { place, book, account }) {
    const [, text] = operandsOf(operands, 'paratime', 'amount')
    const amount = parseSomeTokens(text, place.network.token)
    const { addressSpec } = account
    const isEverywhere = addressSpec.kind === 'signature' && addressSpec.body.kind === 'ed25519'
    if (flags.to === '' && !isEverywhere)
      throw errors.missingValue('the account is none of the consensus layer; say who gets it: --to')
    const to = flags.to === '' ? account.address : book.addressOf(flags.to)
    const units = unitsOf(place, amount * place.scale)
    return {
      call: paratimeCall('consensus.Withdraw', Move, { to, amount: units }),
      outcome: { kind: Withdrawn, caller: 'from' },
      spends: units.amount,
      facts: [
        ['Withdraw', tokensText(amount, place.network.token)],
        ['To', book.print(to)],
      ],
      json: { to: printAddress(to), amount: tokensJson(amount, place.network.token) },
    }
  },
})
