import { keptAccount } from '../../accounts/keptAccount.ts'
import { openAccount } from '../../accounts/openAccount.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { errors } from '../../errors.ts'
import { configFolder } from '../../settings.ts'
import { requireAgreement } from '../../terminal/confirm.ts'
import { askPassword } from '../../terminal/password.ts'
import { yesFlag } from './yesFlag.ts'

const QUESTION = 'Whoever sees the secret has the account. Show it?'

/** `wadi account export`: the one command that shows a secret. */
export const exportAccount = wadiCommand({
  asks: 'nobody',
  name: 'export',
  summary: 'show the secret of an account: its words, or its private key',
  details: ['Whoever has the secret has the account. Its password is asked for.'],
  examples: ['wadi account export alice'],
  operands: '<name>',
  options: yesFlag,
  async run({ flags, operands }, world) {
    const [name] = operandsOf(operands, 'name')
    const { place, publicKey } = keptAccount(configFolder(world.environment), name)
    if (place.kind === 'program')
      throw errors.badValue(`the key of ${name} is with ${place.path} and does not leave it`)
    await requireAgreement(QUESTION, { terminal: world.terminal, isAgreed: flags.yes })
    const password = await askPassword(world, name)
    const { secret } = openAccount(name, { place, publicKey }, password)
    const { algorithm } = secret
    const text = secret.data.reveal()
    const number = algorithm === 'ed25519-adr8' ? place.number : undefined
    return answer(flags, world, { json: { name, algorithm, number, secret: text }, lines: [text] })
  },
})
