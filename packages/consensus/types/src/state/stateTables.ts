/** All tables of the consensus state, and which of them a key belongs to. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import * as beacon from '../beacon/keys.ts'
import * as churp from '../churp/keys.ts'
import * as consensus from '../consensus/keys.ts'
import * as governance from '../governance/keys.ts'
import * as keymanager from '../keymanager/keys.ts'
import * as registry from '../registry/keys.ts'
import * as roothash from '../roothash/keys.ts'
import * as scheduler from '../scheduler/keys.ts'
import * as staking from '../staking/keys.ts'
import * as vault from '../vault/keys.ts'
import { errors, type StateTable } from './stateTable.ts'

/** A table of whatever keys and values. */
// biome-ignore lint/suspicious/noExplicitAny: tables of all types in one list
export type AnyStateTable = StateTable<any, any, any>

/** Every table, in the order of the prefixes. */
export const stateTables: readonly AnyStateTable[] = [
  beacon,
  churp,
  consensus,
  governance,
  keymanager,
  registry,
  roothash,
  scheduler,
  staking,
  vault,
]
  .flatMap((service) => Object.values(service) as AnyStateTable[])
  .sort((a, b) => a.keys.prefix - b.keys.prefix)

const byPrefix = new Map(stateTables.map((table) => [table.keys.prefix, table]))
assert(byPrefix.size === stateTables.length, 'state: two tables have the same prefix')

/** The table that a key belongs to. */
export function tableOfKey(key: Uint8Array): AnyStateTable {
  const table = key.length === 0 ? undefined : byPrefix.get(key[0]!)
  if (table === undefined) throw errors.unknownTable(toHex(key.subarray(0, 1)))
  return table
}
