/** The local network (`npm start`), if one runs there, and its accounts, which everybody has. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { NodeOwner } from '@wadi/localnet/network-files'
import { PARATIME_PARTS, PLAN_NAME, targetOf } from '@wadi/localnet/network-places'
import type { CommandWorld } from '@wadi/node-config/command'

/** What is known of it. */
export interface LocalNetwork {
  readonly folder: string
  readonly chainContext: string
  /** Where its nodes are called. */
  readonly targets: readonly string[]
  /** Where those are called that know its ParaTimes. */
  readonly paratimeTargets: readonly string[]
  /** Its ParaTimes. */
  readonly paratimes: readonly { readonly name: string; readonly id: Uint8Array }[]
  /** Who owns its nodes, by their names. */
  readonly owners: readonly NodeOwner[]
  readonly isRunning: boolean
}

/** How a network would be made if there were none. */
const UNUSED = { validators: 1, blockMs: 1_000, epochBlocks: 1 }
const USUAL_FOLDER = join('.wadi', 'localnet')

/** Where it is kept: `WADI_LOCALNET`, or where `npm start` keeps it. */
export function localFolder({ environment }: Pick<CommandWorld, 'environment'>): string {
  return resolve(environment['WADI_LOCALNET'] || USUAL_FOLDER)
}

/** The network of a folder, if there is one. */
export async function findLocalNetwork(folder: string): Promise<LocalNetwork | undefined> {
  if (!existsSync(join(folder, PLAN_NAME))) return undefined
  const { openNetworkFiles } = await import('@wadi/localnet/network-files')
  const { processOf } = await import('@wadi/localnet/folder-hold')
  const { chainContext, nodes, owners, paratimes } = await openNetworkFiles(folder, UNUSED)
  return {
    folder,
    chainContext,
    owners,
    paratimes,
    targets: nodes.map(targetOf),
    paratimeTargets: nodes.filter(({ part }) => PARATIME_PARTS.includes(part)).map(targetOf),
    isRunning: processOf(folder) !== undefined,
  }
}
