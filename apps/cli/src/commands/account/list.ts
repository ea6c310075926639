import { printAddress } from '@wadi/primitives/address'
import { addressOf } from '../../accounts/accountFile.ts'
import { accountJson, keyText } from '../../accounts/accountView.ts'
import { accountNames, tryAccount } from '../../accounts/keystore.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { configFolder } from '../../settings.ts'
import { tableLines } from '../../words/lines.ts'

const NONE = 'There is no account; make one with wadi account create <name>.'

/** `wadi account list`. */
export const list = wadiCommand({
  asks: 'nobody',
  name: 'list',
  summary: 'list the accounts that are kept on this machine',
  options: {},
  run({ flags, operands }, world) {
    operandsOf(operands)
    const folder = configFolder(world.environment)
    const all = accountNames(folder).map((name) => ({ name, account: tryAccount(folder, name) }))
    for (const { account } of all) if (typeof account === 'string') world.err.write(`${account}\n`)
    const whole = all.flatMap(({ name, account }) =>
      typeof account === 'string' ? [] : [{ name, account }],
    )
    const json = { accounts: whole.map(({ name, account }) => accountJson(name, account)) }
    const rows = whole.map(({ name, account }) => [
      name,
      printAddress(addressOf(account)),
      keyText(account),
    ])
    return answer(flags, world, { json, lines: tableLines(['NAME', 'ADDRESS', 'KEY'], rows, NONE) })
  },
})
