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
  details: [
    'Its descriptor is a file in JSON, of the form that "registry runtime list -v" prints. The',
    'entity that the descriptor names has to sign. "consensus submit_tx" sends the transaction.',
  ],
  examples: [
    'wadi-node registry runtime gen_register --runtime.descriptor runtime.json --signer.dir entity -g genesis.json --transaction.file register.json',
  ],
  options: {
    [DESCRIPTOR]: { kind: 'text', doc: 'file with the descriptor, in JSON; needed', fallback: '' },
  },
  content(flags) {
    const path = requiredText(DESCRIPTOR, flags[DESCRIPTOR], 'the file with the descriptor')
    const runtime = readRuntimeFile(nodeFiles, path, sanityTermsOf(flags))
    return contentOf('registry.RegisterRuntime', runtime)
  },
})

const list = listCommand({
  summary: 'list the runtimes that are registered',
  details: ['A line has the identifier of a runtime; with -v it is the whole descriptor, in JSON.'],
  examples: [
    'wadi-node registry runtime list --include_suspended -a unix:/node/data/internal.sock',
  ],
  schema: Runtime,
  options: {
    [SUSPENDED]: { kind: 'boolean', doc: 'list those that are suspended, too', fallback: false },
  },
  ask: (node, flags) =>
    node.ask(calls, 'Registry/GetRuntimes', { height: 0n, includeSuspended: flags[SUSPENDED] }),
  titleOf: ({ id }) => toHex(id),
})

/** See the top of this file. */
export const runtimeCommands: CommandGroup = {
  name: 'runtime',
  summary: 'runtimes and their descriptors',
  details: [
    'A descriptor says which program nodes run, who may run it, and how many have to agree on what',
    'it does. It also says who may change it: its entity, the runtime itself, or the network.',
  ],
  shared: {},
  commands: [register, list],
}
