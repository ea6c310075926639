/** Values of a schema that a source of randomness picks. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import { sample } from '@wadi/cbor/arbitrary'
import type { Schema } from '@wadi/cbor/schema'
import type { Sources } from './calls.ts'
import { crossed } from './crossing.ts'

const U32 = 2 ** 32

type From = Pick<Sources, 'actors' | 'random'>

/** Some value of a schema, of things that the state knows for the most part. */
export function anyValue<T>(schema: Schema<T>, { actors, random }: From): T {
  const seed = randomBelow(random, U32)
  const [value] = sample(schema, 1, seed, actors.known)
  return value as T
}

/** A value with random parts; a random one where there is none to begin with. */
export function mixedValue<T>(schema: Schema<T>, value: T | undefined, from: From): T {
  const any = anyValue(schema, from)
  return value === undefined ? any : (crossed(value, any, from.random) as T)
}

/** One of the items; undefined if there is none. */
export function pick<T>(items: readonly T[], random: RandomSource): T | undefined {
  return items.length === 0 ? undefined : items[randomBelow(random, items.length)]
}

/** Does what happens once in so many times happen? */
export function happens(oneIn: number, random: RandomSource): boolean {
  return randomBelow(random, oneIn) === 0
}
