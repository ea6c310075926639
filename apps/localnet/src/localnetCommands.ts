/** What the program can be told to do. */

import type { CommandGroup } from '@wadi/node-config/command'
import { epochCommands } from './commands/epoch.ts'
import { logs } from './commands/logs.ts'
import { rewind } from './commands/rewind.ts'
import { restore, snapshot } from './commands/snapshot.ts'
import { start } from './commands/start.ts'
import { status } from './commands/status.ts'
import { stop } from './commands/stop.ts'

export const localnetCommands: CommandGroup = {
  name: 'localnet',
  summary: 'a network of validators on this machine',
  shared: {},
  commands: [status, logs, stop, epochCommands, rewind, snapshot, restore],
  self: start,
}
