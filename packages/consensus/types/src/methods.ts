/** The body of every method of the consensus layer, by the method's name. */

import type { AnySchema } from '@wadi/cbor/schema'
import { methodBodies as beacon } from './beacon/methods.ts'
import { methodBodies as churp } from './churp/methods.ts'
import { methodBodies as consensus } from './consensus/methods.ts'
import { methodBodies as governance } from './governance/methods.ts'
import { methodBodies as keymanager } from './keymanager/methods.ts'
import { methodBodies as registry } from './registry/methods.ts'
import { methodBodies as roothash } from './roothash/methods.ts'
import { methodBodies as staking } from './staking/methods.ts'
import { methodBodies as vault } from './vault/methods.ts'

/** Bodies of all services by the name of the method. */
export const methodBodies = {
  ...beacon,
  ...churp,
  ...consensus,
  ...governance,
  ...keymanager,
  ...registry,
  ...roothash,
  ...staking,
  ...vault,
} as const

const byName: ReadonlyMap<string, AnySchema> = new Map(
  Object.entries(methodBodies) as unknown as Iterable<readonly [string, AnySchema]>,
)

/** The type of a method's body; undefined for a method without one, or that nobody knows. */
export function bodyOfMethod(method: string): AnySchema | undefined {
  return byName.get(method)
}
