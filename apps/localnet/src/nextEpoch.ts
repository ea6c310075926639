import { CodedError } from '@wadi/base/errors'
import type { NetworkNode } from './createNetwork.ts'

/** A registration is good for so many epochs after its own. */
const GOOD_FOR = 2n

/**
 * Begins the next epoch, as soon as every node has registered in this one: one that has not may be
 * gone from the registry two epochs later, and with the validators the chain would stand still. If
 * somebody else begins it meanwhile, that is as good.
 */
export async function nextEpoch({ client, debug }: NetworkNode): Promise<bigint> {
  const wanted = (await client.beacon.getEpoch(0n)) + 1n
  for await (const { height } of client.consensus.watchBlocks()) {
    const epoch = await client.beacon.getEpoch(height)
    if (epoch >= wanted) return epoch
    const nodes = await client.registry.getNodes(height)
    const areRenewed = (nodes ?? []).every(({ expiration }) => expiration >= epoch + GOOD_FOR)
    if (areRenewed) await unlessRefused(debug.debugController.setEpoch(wanted))
  }
  return wanted
}

/** Whoever else wants the epoch sends the same transaction. */
async function unlessRefused(setting: Promise<unknown>): Promise<void> {
  try {
    await setting
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
}
