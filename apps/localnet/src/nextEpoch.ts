import type { NetworkNode } from './createNetwork.ts'

/** A registration is good for so many epochs after its own. */
const GOOD_FOR = 2n

/**
 * Begins the next epoch, as soon as every node has registered in this one: one that has not may be
 * gone from the registry two epochs later, and with the validators the chain would stand still.
 */
export async function nextEpoch({ client, debug }: NetworkNode): Promise<bigint> {
  for await (const { height } of client.consensus.watchBlocks()) {
    const epoch = await client.beacon.getEpoch(height)
    const nodes = await client.registry.getNodes(height)
    const areRenewed = (nodes ?? []).every(({ expiration }) => expiration >= epoch + GOOD_FOR)
    if (!areRenewed) continue
    await debug.debugController.setEpoch(epoch + 1n)
    return epoch + 1n
  }
  return 0n
}
