/** The body of every event of the consensus layer, by its type and its kind. */

import type { AnySchema } from '@wadi/cbor/schema'
import { events as beacon } from './beacon/events.ts'
import { events as churp } from './churp/events.ts'
import { events as governance } from './governance/events.ts'
import { events as keymanager } from './keymanager/events.ts'
import { events as registry } from './registry/events.ts'
import { events as roothash } from './roothash/events.ts'
import { events as scheduler } from './scheduler/events.ts'
import { events as staking } from './staking/events.ts'
import { events as vault } from './vault/events.ts'

/** The types are named for the applications, which run in the order of these names. */
export const eventBodies = {
  oasis_event_000_beacon: beacon,
  oasis_event_100_staking: staking,
  oasis_event_200_registry: registry,
  oasis_event_200_scheduler: scheduler,
  oasis_event_300_governance: governance,
  oasis_event_400_vault: vault,
  oasis_event_999_keymanager: { ...keymanager, ...churp },
  oasis_event_999_roothash: roothash,
} as const

const byType: Readonly<Record<string, Readonly<Record<string, unknown>>>> = eventBodies

/** The type of an event's body; undefined for an event without one, or that nobody knows. */
export function bodyOfEvent(type: string, kind: string): AnySchema | undefined {
  const kinds = Object.hasOwn(byType, type) ? byType[type]! : {}
  return Object.hasOwn(kinds, kind) ? (kinds[kind] as AnySchema) : undefined
}
