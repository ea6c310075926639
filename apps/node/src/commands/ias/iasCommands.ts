/** `ias`: Intel's attestation service for SGX. */

import type { CommandGroup } from '@wadi/node-config/command'
import { proxy } from './proxy.ts'

/** See the top of this file. */
export const iasCommands: CommandGroup = {
  name: 'ias',
  summary: "Intel's attestation service for SGX hardware (not supported)",
  shared: {},
  commands: [proxy],
}
