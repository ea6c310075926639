/** The flags of the node itself, those for tests included: they are not in the help. */

import type { Flag, Flags } from './command.ts'

function hidden(doc: string): Flag<'boolean'> {
  return { kind: 'boolean', doc, fallback: false, isHidden: true }
}

function text(doc: string): Flag<'text'> {
  return { kind: 'text', doc, fallback: '' }
}

/** Flags that every command of the node takes. */
export const persistentFlags = {
  config: text('config file'),
  'debug.allow_debug_enclaves': hidden('allow debug enclaves (UNSAFE)'),
  'debug.allow_test_keys': hidden('allow test keys (UNSAFE)'),
  'debug.dont_blame_oasis': hidden('enable debug/unsafe/insecure options'),
  'debug.skip_quote_verify': hidden('skip quote verification (UNSAFE)'),
  'debug.tcb_lax_verify': hidden('allow lax verification of TCB statuses (UNSAFE)'),
} as const satisfies Flags

/** Where keys are taken from: flags of every command that signs. */
export const signerFlags = {
  'signer.backend': {
    kind: 'text',
    doc: 'where keys are: file, remote (a signer elsewhere), or composite (one for each role)',
    fallback: 'file',
    short: 's',
  },
  'signer.composite.backends': text('a backend for each role, such as entity:remote,node:file'),
  'signer.plugin.config': text('of plugins, which are not supported'),
  'signer.plugin.name': text('of plugins, which are not supported'),
  'signer.plugin.path': text('of plugins, which are not supported'),
  'signer.remote.address': text('where the remote signer is: unix:<path> or <host>:<port>'),
  'signer.remote.client.certificate': text(
    'file with your certificate, for a remote signer at a port',
  ),
  'signer.remote.client.key': text('file with the key of your certificate'),
  'signer.remote.server.certificate': text('file with the certificate of the remote signer'),
} as const satisfies Flags

/** The places at which a node can be made to crash, for tests of its recovery. */
const CRASH_POINTS = [
  'roothash.before_index',
  'storage.read.before',
  'storage.read.after',
  'storage.write.before',
  'storage.write.after',
  'worker.executor.batch.receive.after',
  'worker.executor.batch.process_start.after',
  'worker.executor.batch.abort.after',
  'worker.executor.batch.propose.before',
  'worker.executor.batch.propose.after',
  'worker.executor.batch.discrepancy_detected.after',
  'worker.executor.batch.schedule.publish.after',
] as const

function crashFlag(point: string): Flag<'decimal'> {
  return { kind: 'decimal', doc: `crash probability of ${point}`, fallback: 0, isHidden: true }
}

const crashFlags: Readonly<Record<string, Flag<'decimal'>>> = Object.fromEntries(
  ['default', ...CRASH_POINTS].map((point) => [`debug.crash.${point}`, crashFlag(point)]),
)

/** Flags that are taken, as tools for tests give them, and have no effect; and why. */
export const UNHEEDED_FLAGS: Readonly<Record<string, string>> = {
  'debug.allow_debug_enclaves': 'this version runs no enclaves',
  'debug.skip_quote_verify': 'this version verifies no quotes',
  'debug.tcb_lax_verify': 'this version verifies no quotes',
  'grpc.log.debug': 'calls are counted, and not logged',
  'runtime.debug.mock_ids': 'there are no mock runtimes here',
  'worker.storage.crash.enabled': 'storage does not crash on demand',
  ...Object.fromEntries(
    Object.keys(crashFlags).map((name) => [name, 'a node does not crash on demand']),
  ),
}

/** Flags of the command that runs a node. */
export const nodeFlags = {
  ...signerFlags,
  version: { kind: 'boolean', doc: 'version of the node', fallback: false, short: 'v' },
  'debug.test_entity': hidden('use the test entity (UNSAFE)'),
  'grpc.log.debug': hidden('gRPC request/responses in debug logs (very verbose)'),
  'runtime.debug.mock_ids': {
    kind: 'texts',
    doc: 'mock runtime IDs (format: <path>,<path>,...)',
    fallback: [],
    isHidden: true,
  },
  'worker.storage.crash.enabled': hidden('UNSAFE: enable the crashing storage wrapper'),
  ...crashFlags,
} as const satisfies Flags
