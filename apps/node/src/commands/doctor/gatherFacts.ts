/** Asks a node for what there is to know of it. */

import { UnavailableError } from '@wadi/base/errors'
import { engineCalls } from '@wadi/consensus/consensus/api'
import { StatusState } from '@wadi/consensus/consensus/status'
import type { Status } from '@wadi/consensus/control'
import { calls as controlCalls } from '@wadi/consensus/control/api'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { AskedNode } from '../connection/nodeConnection.ts'
import { gatherChain } from './chainFacts.ts'
import type { Facts, MachineFacts, SyncFacts } from './facts.ts'
import { BLOCK_LOOK_MS, BLOCK_WAIT_MS_MAX, CLOCK_OFF_SECONDS_MAX } from './limits.ts'

/** What the operator's configuration says, if it is here. */
export interface KnownSettings {
  readonly owner: PublicKey | undefined
  readonly isValidator: boolean
}

/** What is asked with. */
export interface DoctorWorld {
  readonly machine: () => MachineFacts
  /** Milliseconds that only grow. */
  readonly monotonicMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** Where the doctor is. */
export interface DoctorOptions {
  readonly target: string
  readonly settings: KnownSettings | undefined
  readonly world: DoctorWorld
}

/** See the top of this file. `withNode` gives the node to whoever asks it. */
export async function gatherFacts(
  withNode: (use: (node: AskedNode) => Promise<Facts['node']>) => Promise<Facts['node']>,
  { target, settings, world }: DoctorOptions,
): Promise<Facts> {
  const node = await withNode(async (asked) => {
    const status = await asked.ask(controlCalls, 'NodeController/GetStatus')
    if (status.seed !== undefined) return { kind: 'seed' }
    const sync = await syncOf(asked, status, world)
    const chain = sync === undefined ? undefined : await gatherChain(asked, status, settings)
    return { kind: 'here', sync, chain }
  }).catch((error: unknown) => {
    if (!(error instanceof UnavailableError)) throw error
    return { kind: 'away', target, why: whyAway(error) } as const
  })
  return { machine: world.machine(), node }
}

async function syncOf(
  node: AskedNode,
  { mode, consensus }: Status,
  world: DoctorWorld,
): Promise<SyncFacts | undefined> {
  if (consensus === undefined) return undefined
  const { status, latestHeight: height, latestTime: blockTime, peers } = consensus
  const isSynced = status === StatusState.names.ready
  // An archive waits for no blocks.
  const isOld = mode !== 'archive' && world.machine().now - blockTime > CLOCK_OFF_SECONDS_MAX
  const peerCount = peers && (peers.peers?.length ?? 0)
  // Who catches up gets blocks from peers only, and has none to compare before the first.
  const isFed = isSynced || (height > 0n && (peerCount ?? 0) > 0)
  return {
    isSynced,
    height,
    blockTime,
    peers: peerCount,
    nextBlock: isFed && isOld ? await waitForBlock(node, height, world) : undefined,
  }
}

async function waitForBlock(
  node: AskedNode,
  height: bigint,
  { monotonicMs, wait }: DoctorWorld,
): Promise<SyncFacts['nextBlock']> {
  const endMs = monotonicMs() + BLOCK_WAIT_MS_MAX
  while (monotonicMs() < endMs) {
    await wait(BLOCK_LOOK_MS)
    const { latestHeight } = await node.ask(engineCalls, 'Consensus/GetStatus')
    if (latestHeight > height) return 'came'
  }
  return 'did not come'
}

/** What the machine says of a place where nobody answers, in words. */
const AWAY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket: the node does not run, or has another data folder',
  ECONNREFUSED: 'nobody listens there any more: the node has ended',
  EACCES: 'it is not yours: only the user of the node may ask it there',
}

function whyAway({ cause, message }: UnavailableError): string {
  return AWAY[(cause as NodeJS.ErrnoException | undefined)?.code ?? ''] ?? message
}
