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
  details: [
    'It begins, or goes on where it was, and is shown until Ctrl-C ends it: blocks, votes, epochs, and',
    'where programs find it. Ten accounts of it have a million tokens each. Everything is kept in one',
    'folder of its own, in which nothing else may be; what is chosen when it begins stays. --fresh',
    'forgets it (blocks, states, keys of nodes, logs) and begins anew; snapshots are kept, and can be',
    'restored. The commands below are for another terminal. From a clone it is "npm start", and',
    '"npm start -- status" and so on.',
  ],
  examples: [
    'wadi localnet',
    'wadi localnet --fresh --validators 7 --processes',
    'wadi localnet --output json         # a line for each block, for programs',
    'wadi localnet status',
  ],
  shared: {},
  commands: [status, logs, stop, epochCommands, rewind, snapshot, restore],
  self: start,
}
