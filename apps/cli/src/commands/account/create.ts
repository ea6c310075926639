import { createMnemonic } from '@wadi/client-keys/mnemonic'
import { printAddress } from '@wadi/primitives/address'
import { addressOf } from '../../accounts/accountFile.ts'
import { accountJson } from '../../accounts/accountView.ts'
import { keepAccount } from '../../accounts/keepAccount.ts'
import { accountPath, requireFreeName } from '../../accounts/keystore.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { configFolder } from '../../settings.ts'
import { factLines } from '../../words/lines.ts'

/** `wadi account create`. */
export const create = wadiCommand({
  asks: 'nobody',
  name: 'create',
  summary: 'make an account',
  details: [
    'Its key follows from 24 new words (a mnemonic). They are kept under a password, which is asked',
    'for; "wadi account export" shows them. Write them down: with them every wallet of the Oasis',
    'Network can bring the account back. <name> is yours to choose, and stays on this machine.',
  ],
  examples: ['wadi account create alice'],
  operands: '<name>',
  options: {},
  async run({ flags, operands }, world) {
    const [name] = operandsOf(operands, 'name')
    const folder = configFolder(world.environment)
    requireFreeName(folder, name)
    const secret = { algorithm: 'ed25519-adr8', data: createMnemonic(world.random) } as const
    const account = await keepAccount(world, name, { secret, number: 0 })
    const path = accountPath(folder, name)
    const lines = factLines([
      ['Account', name],
      ['Address', printAddress(addressOf(account))],
      ['Kept in', path],
      ['Next', `write down its words: wadi account export ${name} shows them`],
      ['', 'without them, or that file and its password, the account is lost'],
    ])
    return answer(flags, world, { json: { ...accountJson(name, account), path }, lines })
  },
})
