/** `wadi governance`: proposing and voting. */

import type { CommandGroup } from '@wadi/node-config/command'
import { proposals } from './proposals.ts'
import { cancel } from './propose/cancel.ts'
import { parameters } from './propose/parameters.ts'
import { upgrade } from './propose/upgrade.ts'
import { show } from './show.ts'
import { vote } from './vote.ts'

const propose: CommandGroup = {
  name: 'propose',
  summary: 'propose an upgrade, that one is cancelled, or other parameters',
  shared: {},
  commands: [upgrade, cancel, parameters],
}

/** See the top of this file. */
export const governanceCommands: CommandGroup = {
  name: 'governance',
  summary: 'propose and vote',
  details: [
    'Proposals are about upgrades and parameters of the network. Anybody can propose who has the',
    'deposit; validators vote, and on some networks those who delegate to them.',
  ],
  shared: {},
  commands: [proposals, show, propose, vote],
}
