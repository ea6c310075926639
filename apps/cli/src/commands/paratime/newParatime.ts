import { join } from 'node:path'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { createParatime } from '../../scaffold/createParatime.ts'

/** `wadi paratime new`. */
export const newParatime = wadiCommand({
  name: 'new',
  summary: 'begin a ParaTime of your own: its modules, a program, a test',
  details: [
    'Makes a folder <name> with paratime.ts (a list of modules, one of them an example) and a test.',
    '"wadi paratime run <name>" has a network of its own run it.',
  ],
  examples: ['wadi paratime new my-notes'],
  operands: '<name>',
  asks: 'nobody',
  options: {},
  run({ flags, operands }, world) {
    const [name] = operandsOf(operands, 'name')
    const files = createParatime(name, process.cwd())
    const lines = [
      ...files.map((file) => `made ${file}`),
      '',
      `Try it:  node --test ${join(name, 'paratime.test.ts')}`,
      `Run it:  wadi paratime run ${name}`,
    ]
    return answer(flags, world, { json: { files }, lines })
  },
})
