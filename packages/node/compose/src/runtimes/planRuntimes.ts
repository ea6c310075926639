/** Which runtimes a node has, and the programs of each. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import type { Namespace } from '@wadi/primitives/namespace'
import type { RuntimeProgram } from './programs.ts'
import type { RuntimesConfig, RuntimeWish } from './runtimesConfig.ts'

/** A runtime, and what can be run of it: nothing, where it is followed only. */
export interface PlannedRuntime {
  readonly wish: RuntimeWish
  readonly programs: readonly RuntimeProgram[]
}

/**
 * What is named is there, and whatever there is a program of. A node that registers for a runtime
 * has to be able to run it.
 */
export function planRuntimes(
  { part, runtimes }: Pick<RuntimesConfig, 'part' | 'runtimes'>,
  programs: readonly RuntimeProgram[],
): readonly PlannedRuntime[] {
  const isNamed = (id: Namespace) => runtimes.some((wish) => equalBytes(wish.id, id))
  const added: RuntimeWish[] = []
  for (const { id } of programs)
    if (!isNamed(id) && !added.some((wish) => equalBytes(wish.id, id)))
      added.push({ id, localConfig: new Map() })
  const planned = [...runtimes, ...added].map((wish) => {
    return { wish, programs: programs.filter(({ id }) => equalBytes(id, wish.id)) }
  })
  if (part === 'client') return planned
  if (part === 'keymanager' && planned.length > 1)
    throw lacking('mode keymanager: a node keeps the secrets of one key manager; name only one')
  if (planned.length === 0)
    throw lacking(`mode ${part}: no runtime is named; name one in runtime.runtimes`)
  const idle = planned.find((one) => one.programs.length === 0)
  if (idle === undefined) return planned
  throw lacking(
    `runtime.runtimes: there is no program of ${toHex(idle.wish.id)}, and a node of mode ${part} ` +
      'runs it; put the path of its bundle into runtime.paths',
  )
}

function lacking(sentence: string): UnavailableError {
  return new UnavailableError('node.runtimes', sentence)
}
