import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { RUNTIME_PLACES, runtimeFolder } from '@wadi/contracts/runtime-places'
import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { replaceFile } from '@wadi/node-storage/file-system'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { Namespace } from '@wadi/primitives/namespace'
import { errors } from '../transaction/commandErrors.ts'
import { runtimeIdOf } from '../transaction/flagValues.ts'
import { needTrees } from './runtimeStores.ts'
import { findStoppedNode, type StoppedNode } from './stoppedNode.ts'

const DONE = 0
const OPERANDS = '<src-ns> <dst-ns>'
const HEADER = 'store.json'
/** What is of the old name only: blocks, what was signed, and checkpoints with the name in them. */
const OF_THE_OLD = [RUNTIME_PLACES.history, RUNTIME_PLACES.signed, RUNTIME_PLACES.checkpoints]

/** Trees of one runtime become those of another. A crash in between leaves the old name whole. */
function rename({ dataDir, stores }: StoppedNode, from: Namespace, to: Namespace): void {
  const [source, target] = [join(dataDir, runtimeFolder(from)), join(dataDir, runtimeFolder(to))]
  if (existsSync(target))
    throw errors.badValue(`${target} is there already; move it away, or give another name`)
  needTrees({ dataDir, stores }, from).close()
  for (const name of OF_THE_OLD) rmSync(join(source, name), { recursive: true, force: true })
  const trees = join(source, RUNTIME_PLACES.trees)
  const header = JSON.parse(readFileSync(join(trees, HEADER), 'utf8'))
  const [network] = String(header.chain).split(' ', 1)
  const renamed = { ...header, chain: `${network} ${toHex(to)}` }
  renameSync(source, target)
  replaceFile(nodeFiles, join(target, RUNTIME_PLACES.trees), HEADER, [
    toUtf8(`${JSON.stringify(renamed)}\n`),
  ])
}

/** `storage rename-ns`. */
export const renameNs = command({
  name: 'rename-ns',
  summary: 'make the database of a runtime that of another',
  details: [
    'The state goes over, as for a network that begins with a state of another name. Its blocks and',
    'checkpoints are of the old name, and are removed.',
  ],
  examples: [
    'wadi-node storage rename-ns --config node.yaml 000000000000000000000000000000000000000000000000e199119c992377cb 000000000000000000000000000000000000000000000000e199119c992377cc',
  ],
  operands: OPERANDS,
  options: persistentFlags,
  async run(call, world) {
    const [from, to, ...rest] = call.operands
    if (from === undefined || to === undefined || rest.length > 0)
      throw errors.missingValue(`rename-ns takes ${OPERANDS}; give them`)
    const [source, target] = [runtimeIdOf('the source', from), runtimeIdOf('the target', to)]
    rename(await findStoppedNode(call, world), source, target)
    world.out.write(`the database of ${from} is that of ${to} now\n`)
    return DONE
  },
})
