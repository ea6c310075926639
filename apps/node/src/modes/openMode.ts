import { openArchiveNode } from './archiveNode.ts'
import { openFullNode } from './fullNode.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'
import { openSeedNode } from './seedNode.ts'

/** What the runtime layer would do in these modes. */
const RUNTIME_MODES = ['compute', 'observer', 'keymanager']

/** Opens a node as its mode wants it. */
export async function openMode(context: NodeContext): Promise<ModeNode> {
  const { mode } = context.settings
  if (mode === 'seed') return await openSeedNode(context)
  if (mode === 'archive') return openArchiveNode(context)
  if (RUNTIME_MODES.includes(mode))
    context.world
      .logger('node')
      .warn('this version runs no runtimes: the node follows the consensus layer only', { mode })
  return await openFullNode(context)
}
