/** Where a network is: the names in its folder, and the addresses at which it is called. */

import type { NodePlace } from './networkFiles.ts'

/** What the network is made of. */
export const PLAN_NAME = 'network.json'
/** The plan of a network that is being made or forgotten: what it names may be there or not. */
export const UNFINISHED_PLAN_NAME = 'network.unfinished.json'
/** The document with which it begins. */
export const GENESIS_NAME = 'genesis.json'

/** What a file is called until it takes the place of the one before it. */
export function nextOf(path: string): string {
  return `${path}.next`
}

/** Calls by HTTP, gRPC-web among them, come in here. */
export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** Calls by gRPC come in here. */
export function targetOf({ socketPath }: Pick<NodePlace, 'socketPath'>): string {
  return `unix:${socketPath}`
}

/** Who answers for ParaTimes: who does nothing else before who executes. */
export const PARATIME_PARTS: readonly NodePlace['part'][] = ['client', 'observer', 'compute']
