/** What the program can be told to do. */

import type { CommandGroup } from '@wadi/node-config/command'
import { logs } from './commands/logs.ts'
import { start } from './commands/start.ts'
import { status } from './commands/status.ts'
import { stop } from './commands/stop.ts'

export const localnetCommands: CommandGroup = {
  name: 'localnet',
  summary: 'a network of validators on this machine',
  shared: {},
  commands: [status, logs, stop],
  self: start,
}
