/** `debug storage`: all of it is about runtimes. */

import type { CommandGroup } from '@wadi/node-config/command'
import { benchmark } from './benchmark.ts'
import { checkRoots } from './checkRoots.ts'
import { exportRoots } from './exportRoots.ts'

/** See the top of this file. */
export const debugStorageCommands: CommandGroup = {
  name: 'storage',
  summary: 'about databases of runtimes',
  shared: {},
  commands: [benchmark, checkRoots, exportRoots],
}
