import { openArchiveNode } from './archiveNode.ts'
import { openFullNode } from './fullNode.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'
import { openSeedNode } from './seedNode.ts'
import { openStatelessNode } from './stateless/statelessNode.ts'

/** Opens a node as its mode wants it. */
export async function openMode(context: NodeContext): Promise<ModeNode> {
  const { mode, consensus } = context.settings
  if (mode === 'seed') return await openSeedNode(context)
  if (mode === 'archive') return openArchiveNode(context)
  if (!consensus.localStorage) return await openStatelessNode(context)
  return await openFullNode(context)
}
