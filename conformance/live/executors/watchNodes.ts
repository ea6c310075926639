/** What every node knows of the ParaTime, again and again: who looks into a failure needs it. */

import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import type { NetworkNode } from '@wadi/localnet/create-network'
import { lastRound } from './executorLoad.ts'

const { id: runtimeId } = PARATIMES.keyvalue
const BETWEEN_MS = 10_000
const ANSWER_MS_MAX = 5_000

/** Adds to a file until it is disposed of. */
export function watchNodes(nodes: readonly NetworkNode[], path: string): Disposable {
  const over = new AbortController()
  const { signal } = over
  const watch = async () => {
    while (!signal.aborted) {
      const lines = await Promise.all(nodes.map(lineOf))
      const text = [new Date().toISOString(), ...lines].join('\n')
      if (!signal.aborted) appendFileSync(path, `${text}\n\n`)
      await sleep(BETWEEN_MS, undefined, { signal }).catch(() => undefined)
    }
  }
  void watch()
  return { [Symbol.dispose]: () => over.abort() }
}

async function lineOf(node: NetworkNode): Promise<string> {
  const { name, part } = node
  try {
    return `  ${name}: ${part === undefined ? await committeeOf(node) : await poolOf(node)}`
  } catch (error) {
    return `  ${name}: ${error}`
  }
}

/** What the consensus layer says of the ParaTime, and who is registered until when. */
async function committeeOf({ client }: NetworkNode): Promise<string> {
  const options = { timeoutMs: ANSWER_MS_MAX }
  const { height } = await client.consensus.getBlock(0n, options)
  const [state, epoch, nodes] = await Promise.all([
    client.rootHash.getRuntimeState({ runtimeId, height }, options),
    client.beacon.getEpoch(height, options),
    client.registry.getNodes(height, options),
  ])
  const lasts = (nodes ?? []).map(({ expiration }) => `${expiration}`)
  const { lastBlock, lastBlockHeight, lastNormalRound, committee, commitmentPool } = state
  const { header } = lastBlock ?? {}
  return [
    `height ${height}, epoch ${epoch}, nodes until ${lasts.join(' ')}`,
    `round ${header?.round} of kind ${header?.headerType} at height ${lastBlockHeight}`,
    `last normal one ${lastNormalRound}`,
    state.suspended ? 'suspended' : `${committee?.members?.length ?? 0} members`,
    `rank ${commitmentPool?.highestRank}, ${commitmentPool?.schedulerCommitments?.size} proposals`,
    `discrepancy ${commitmentPool?.discrepancy}, timeout ${state.timeout}`,
  ].join(', ')
}

/** What a compute node has of it. */
async function poolOf(node: NetworkNode): Promise<string> {
  const { client } = node
  const options = { timeoutMs: ANSWER_MS_MAX }
  const round = await lastRound(node, ANSWER_MS_MAX)
  const waiting = await client.runtimeClient.getUnconfirmedTransactions(runtimeId, options)
  const { height } = await client.consensus.getBlock(0n, options)
  return `round ${round}, height ${height}, ${waiting.length} transactions wait`
}
