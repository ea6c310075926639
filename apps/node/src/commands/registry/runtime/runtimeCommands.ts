/** `registry runtime`: what runs on the network. */

import { toHex } from '@wadi/base/bytes'
import { calls } from '@wadi/consensus/registry/api'
import { Runtime } from '@wadi/consensus/registry/runtime'
import type { CommandGroup } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { readRuntimeFile } from '@wadi/provisioning/runtime-file'
import { sanityTermsOf } from '../../genesis/sanityTerms.ts'
import { requiredText } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { listCommand } from '../listCommand.ts'

const DESCRIPTOR = 'runtime.descriptor'
const SUSPENDED = 'include_suspended'

const register = transactionCommand({
  name: 'gen_register',
  summary: 'make a transaction that registers a runtime',
  options: {
    [DESCRIPTOR]: { kind: 'text', doc: 'file with the descriptor of the runtime', fallback: '' },
  },
  content(flags) {
    const path = requiredText(DESCRIPTOR, flags[DESCRIPTOR], 'the file with the descriptor')
    const runtime = readRuntimeFile(nodeFiles, path, sanityTermsOf(flags))
    return contentOf('registry.RegisterRuntime', runtime)
  },
})

const list = listCommand({
  summary: 'list the runtimes that are registered',
  schema: Runtime,
  options: {
    [SUSPENDED]: { kind: 'boolean', doc: 'those that are suspended, too', fallback: false },
  },
  ask: (node, flags) =>
    node.ask(calls, 'Registry/GetRuntimes', { height: 0n, includeSuspended: flags[SUSPENDED] }),
  titleOf: ({ id }) => toHex(id),
})

/** See the top of this file. */
export const runtimeCommands: CommandGroup = {
  name: 'runtime',
  summary: 'runtimes and their descriptors',
  shared: {},
  commands: [register, list],
}
