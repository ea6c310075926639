import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'

/** `wadi version`, and `wadi --version`. */
export const version = wadiCommand({
  name: 'version',
  summary: 'say which version this is, and of which network',
  examples: ['wadi version'],
  asks: 'nobody',
  options: {},
  run({ flags, operands }, world) {
    operandsOf(operands)
    const [network, own] = SOFTWARE_VERSION.split('+wadi.')
    const json = { version: own, network }
    return answer(flags, world, { json, lines: [`wadi ${own}, for the network of ${network}`] })
  },
})
