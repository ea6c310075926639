import { toBase64 } from '@wadi/base/bytes'
import { printAddress } from '@wadi/primitives/address'
import { addressOf } from '../../accounts/accountFile.ts'
import { accountJson, keyText } from '../../accounts/accountView.ts'
import { keptAccount } from '../../accounts/keptAccount.ts'
import { accountPath } from '../../accounts/keystore.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { configFolder } from '../../settings.ts'
import { factLines } from '../../words/lines.ts'

/** `wadi account show`. */
export const show = wadiCommand({
  asks: 'nobody',
  name: 'show',
  summary: 'show an account: its address and its public key',
  examples: ['wadi account show alice'],
  operands: '<name>',
  options: {},
  run({ flags, operands }, world) {
    const [name] = operandsOf(operands, 'name')
    const folder = configFolder(world.environment)
    const account = keptAccount(folder, name)
    const path = accountPath(folder, name)
    const lines = factLines([
      ['Account', name],
      ['Address', printAddress(addressOf(account))],
      ['Public key', toBase64(account.publicKey)],
      ['Key', keyText(account)],
      ['Kept in', path],
    ])
    return answer(flags, world, { json: { ...accountJson(name, account), path }, lines })
  },
})
