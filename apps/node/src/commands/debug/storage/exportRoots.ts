import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { toBase64, toHex } from '@wadi/base/bytes'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { command } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import type { Namespace } from '@wadi/primitives/namespace'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import { withStore } from '../../storage/nodeStores.ts'
import { needTrees } from '../../storage/runtimeStores.ts'
import { findStoppedNode } from '../../storage/stoppedNode.ts'
import { errors } from '../../transaction/commandErrors.ts'
import { loadNetwork } from '../../transaction/networkTerms.ts'
import { genesisFileFlag } from '../../transaction/transactionFlags.ts'

const DONE = 0
const FOLDER = 'storage.export.dir'
const FILE_MODE = 0o600
const ANY_KEY = new Uint8Array()

interface RuntimeRoot extends Root {
  readonly namespace: Namespace
}

/** The states that a document begins with. */
function rootsOf({ roothash }: GenesisDocument): readonly RuntimeRoot[] {
  return [...(roothash.runtimeStates ?? [])].flatMap(([namespace, state]) => {
    if (state === undefined) return []
    const { round: version, stateRoot: hash } = state
    return [{ namespace, version, type: ROOT_TYPE_STATE, hash }]
  })
}

/** COMPAT(oasis-core): the root, and then each pair, in a line of JSON. */
function* linesOf(store: RuntimeStore, root: Root): Generator<string> {
  const { namespace, version, type, hash } = root
  // Go writes numbers of any length.
  const [name, content] = [toHex(namespace), toHex(hash)]
  yield `{"ns":"${name}","version":${version},"root_type":${type},"hash":"${content}"}`
  const tree = store.openTree(root)
  try {
    for (const [key, value] of pairsWithPrefix(tree, ANY_KEY))
      yield JSON.stringify([toBase64(key), toBase64(value)])
  } finally {
    tree.dispose()
  }
}

function write(path: string, lines: Iterable<string>): number {
  const file = openSync(path, 'w', FILE_MODE)
  let count = 0
  try {
    for (const line of lines) {
      writeSync(file, `${line}\n`)
      count++
    }
  } finally {
    closeSync(file)
  }
  return count
}

/** `debug storage export`: the states that a genesis document names, of a node that has them. */
export const exportRoots = command({
  name: 'export',
  summary: 'write the states of runtimes that a genesis document names',
  details: ['A file for each runtime: its root, and then a pair of the state in each line.'],
  examples: ['wadi-node debug storage export --config node.yaml -g dump.json'],
  options: {
    ...persistentFlags,
    'worker.storage.crash.enabled': nodeFlags['worker.storage.crash.enabled'],
    ...genesisFileFlag,
    [FOLDER]: {
      kind: 'text',
      doc: 'the destination directory for storage dumps',
      fallback: '',
    },
  },
  async run(call, world) {
    const node = await findStoppedNode(call, world)
    const { document } = loadNetwork(call.flags)
    const folder = call.flags[FOLDER] || node.dataDir
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const roots = rootsOf(document)
    for (const root of roots) {
      withStore(needTrees(node, root.namespace), (store) => {
        if (!store.hasRoot(root))
          throw errors.badValue(
            `the node does not have the state ${toHex(root.hash)} of round ${root.version}; give the document of a state that it has`,
          )
        const path = join(folder, `storage-dump-${toHex(root.namespace)}-${root.version}.json`)
        const count = write(path, linesOf(store, root)) - 1
        world.out.write(`${path}: ${count} pairs\n`)
      })
    }
    if (roots.length === 0) world.out.write('the document names no runtime with a state\n')
    return DONE
  },
})
