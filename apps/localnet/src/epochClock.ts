/** Begins an epoch after every so many blocks: on a local network nobody else does. */

import { isTold } from '@wadi/base/errors'
import { KEY_MANAGER } from '@wadi/compose/network-paratimes'
import { hasRole, type ROLES } from '@wadi/primitives/nodeRoles'
import type { NetworkNode } from './createNetwork.ts'
import type { NetworkFiles } from './networkFiles.ts'
import { nextEpoch } from './nextEpoch.ts'

/** A clock that runs until it is stopped. */
export interface EpochClock {
  stop(): void
}

/** Of the network, what its clock goes by. */
export type EpochTerms = Pick<
  NetworkFiles,
  'epochBlocks' | 'paratimes' | 'computeNodes' | 'keyManagers'
>

/**
 * Starts it. It asks one node; what that refuses is tried again with the next block. Until nodes
 * have been elected for all ParaTimes, epochs are as short as key managers need them.
 */
export function startEpochClock(node: NetworkNode, terms: EpochTerms): EpochClock {
  const { client } = node
  const { epochBlocks } = terms
  const life = new AbortController()
  const { signal } = life
  const beginning = new Beginning(client, terms)
  const tick = async (height: bigint) => {
    // Of the last block: while an epoch is begun others queue up, in which it had not.
    const epoch = await client.beacon.getEpoch(0n)
    const begun = await client.beacon.getEpochBlock(epoch)
    const isOver = height - begun >= BigInt(epochBlocks) - 1n
    const age = height - begun
    if (isOver || (await beginning.wantsEpoch(epoch, age))) await nextEpoch(node)
  }
  const run = async () => {
    for await (const { height } of client.consensus.watchBlocks(undefined, { signal }))
      await unlessAway(tick(height))
  }
  const keepOn = async () => {
    while (!signal.aborted) {
      await unlessAway(run())
      if (!signal.aborted) await unlessAway(waitSync())
    }
  }
  const waitSync = () =>
    client.nodeController.waitSync(undefined, { signal, whenAway: 'wait' }).then(() => undefined)
  void keepOn()
  return { stop: () => life.abort() }
}

/** A node that is away, or does not want it, is asked again later. */
async function unlessAway(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isTold(error)) throw error
  }
}

/** Blocks in which the secret of the next epoch is made and published. */
const SECRET_BLOCKS = 8n

/** Nobody is elected, and no keys are there, before the epochs that bring them. */
class Beginning {
  readonly #client: NetworkNode['client']
  readonly #terms: EpochTerms
  #isOver: boolean

  constructor(client: NetworkNode['client'], terms: EpochTerms) {
    this.#client = client
    this.#terms = terms
    this.#isOver = terms.paratimes.length === 0
  }

  /** Would another epoch bring it on? */
  async wantsEpoch(epoch: bigint, age: bigint): Promise<boolean> {
    if (this.#isOver) return false
    if (!(await this.#areElected())) {
      const nodes = (await this.#client.registry.getNodes(0n)) ?? []
      const count = (role: keyof typeof ROLES) =>
        nodes.filter(({ roles }) => hasRole(roles, role)).length
      if (count('compute') >= this.#terms.computeNodes) return true
      return count('key-manager') > 0 && age >= SECRET_BLOCKS
    }
    if (this.#terms.keyManagers > 0) {
      const { keyManagerSecrets } = this.#client
      const query = { id: KEY_MANAGER.id, height: 0n }
      const { checksum } = await keyManagerSecrets.getStatus(query)
      // The first secret is there, and counts from the next epoch on.
      if (checksum === undefined || checksum.length === 0)
        return (await keyManagerSecrets.getMasterSecret(query)).secret.epoch > epoch
    }
    this.#isOver = true
    return false
  }

  async #areElected(): Promise<boolean> {
    const states = await Promise.all(
      this.#terms.paratimes.map(({ id }) =>
        this.#client.rootHash.getRuntimeState({ runtimeId: id, height: 0n }),
      ),
    )
    return states.every(({ committee }) => committee !== undefined)
  }
}
