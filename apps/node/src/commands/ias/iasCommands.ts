/** `ias`: Intel's attestation service for SGX. */

import type { CommandGroup } from '@wadi/node-config/command'
import { proxy } from './proxy.ts'

/** See the top of this file. */
export const iasCommands: CommandGroup = {
  name: 'ias',
  summary: 'IAS related utilities',
  shared: {},
  commands: [proxy],
}
