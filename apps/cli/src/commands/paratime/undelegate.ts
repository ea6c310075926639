import { equalBytes } from '@wadi/base/bytes'
import { Undelegate, UndelegateStarted } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import { printAddress } from '@wadi/primitives/address'
import { queryParatime } from '@wadi/sdk/paratime-queries'
import { paratimeCall } from '@wadi/sdk/prepare-paratime-transaction'
import { VALIDATOR } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { errors } from '../../errors.ts'
import { paratimeCommand } from '../../paratimes/paratimeCommand.ts'

/** `wadi paratime undelegate`. */
export const undelegate = paratimeCommand({
  name: 'undelegate',
  summary: 'take delegated tokens back into a ParaTime',
  details: [
    ...VALIDATOR,
    'All shares are taken back unless --shares says how many. They are paid out some epochs later.',
  ],
  examples: ['wadi paratime undelegate accounts oasis1qrad7… --account alice'],
  operands: '<paratime> <validator>',
  options: {
    shares: {
      kind: 'text',
      doc: 'how many shares are taken back; all of them unless given',
      fallback: '',
      word: 'count',
    },
  },
  async order({ operands, flags }, { place, book, account }) {
    const [, name] = operandsOf(operands, 'paratime', 'validator')
    const from = book.addressOf(name)
    const all = await queryParatime(place.desk, 'consensus.Delegations', { from: account.address })
    const has = all.find(({ to }) => equalBytes(to, from))?.shares ?? 0n
    if (flags.shares !== '' && !/^\d{1,39}$/.test(flags.shares))
      throw errors.badValue(`--shares is ${JSON.stringify(flags.shares)}; give a whole number`)
    const shares = flags.shares === '' ? has : BigInt(flags.shares)
    if (shares === 0n || shares > has)
      throw errors.tooLittle(
        `the account has ${has} shares of ${book.print(from)} in the ParaTime, and ${shares} are to be taken back; see wadi paratime balance`,
      )
    return {
      call: paratimeCall('consensus.Undelegate', Undelegate, { from, shares, receipt: 0n }),
      outcome: { kind: UndelegateStarted, caller: 'to' },
      facts: [
        ['Take back', `${shares} shares`],
        ['From', book.print(from)],
      ],
      json: { validator: printAddress(from), shares: shares.toString() },
    }
  },
})
