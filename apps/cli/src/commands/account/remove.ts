import { requireKept } from '../../accounts/keptAccount.ts'
import { accountPath, removeAccount } from '../../accounts/keystore.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { configFolder } from '../../settings.ts'
import { requireAgreement } from '../../terminal/confirm.ts'
import { yesFlag } from './yesFlag.ts'

/** `wadi account remove`. */
export const remove = wadiCommand({
  asks: 'nobody',
  name: 'remove',
  summary: 'forget an account',
  details: [
    'Its file is removed from this machine. Its tokens stay where they are, and only who has its words',
    'or its private key can ever use them.',
  ],
  examples: ['wadi account remove alice'],
  operands: '<name>',
  options: yesFlag,
  async run({ flags, operands }, world) {
    const [name] = operandsOf(operands, 'name')
    const folder = configFolder(world.environment)
    requireKept(folder, name)
    const question = `Without another copy of its secret, ${name} is lost for good. Remove it?`
    await requireAgreement(question, { terminal: world.terminal, isAgreed: flags.yes })
    removeAccount(folder, name)
    const path = accountPath(folder, name)
    return answer(flags, world, { json: { name, removed: path }, lines: [`Removed ${path}.`] })
  },
})
