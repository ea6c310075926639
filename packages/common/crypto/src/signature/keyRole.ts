/** What a key is for. */

import { errors } from './errors.ts'

/** The roles and their numbers in the reference. */
export const KEY_ROLES = {
  entity: 1,
  node: 2,
  /** Names the node to its peers, in CometBFT and in libp2p. */
  p2p: 3,
  /** Signs votes, proposals and the system transactions of a proposer. */
  consensus: 4,
  vrf: 5,
} as const

export type KeyRole = keyof typeof KEY_ROLES

/** The role of a name. */
export function parseKeyRole(text: string): KeyRole {
  if (!Object.hasOwn(KEY_ROLES, text)) throw errors.invalidRole(text)
  return text as KeyRole
}
