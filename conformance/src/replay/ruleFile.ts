/** Where the rule is written down that somebody has to read next. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { methodOf } from './describeTransaction.ts'
import type { ReplayedBlock } from './recordedHeader.ts'
import type { Verdict } from './verdict.ts'

const HOUSE = new URL('../../../', import.meta.url)
const SERVICES = 'packages/consensus/services/src'

/** What is known of where a rule is. */
export type RulePlace = Pick<Verdict, 'phase' | 'service' | 'writer'>

/** The file of the rule that is meant, from the house's root on, if there is one. */
export function ruleFile(
  { phase, service, writer }: RulePlace,
  { transactions }: ReplayedBlock,
): string | undefined {
  const call = writer?.calls.at(-1)
  const told = typeof phase === 'number' ? methodOf(transactions[phase]!) : undefined
  const method = call?.kind === 'method' ? call.name : told
  const places = method === undefined ? [] : methodFiles(method)
  if (call?.kind === 'question') places.unshift(`${service}/messages.ts`)
  if (phase === 'init') places.push(`${service}/genesis.ts`)
  if (phase === 'begin' || phase === 'end') places.push(`${service}/blocks.ts`)
  const path = places.map((place) => `${SERVICES}/${place}`)
  return path.find((file) => existsSync(fileURLToPath(new URL(file, HOUSE))))
}

/**
 * `staking.AddEscrow` is in `staking/transactions/addEscrow.ts`, `keymanager/churp.Apply` in
 * `churp/transactions/apply.ts`.
 */
function methodFiles(method: string): string[] {
  const [service = '', name = ''] = method.slice(method.indexOf('/') + 1).split('.')
  const file = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}.ts`
  return [`${service}/transactions/${file}`, `${service}/methods.ts`]
}
