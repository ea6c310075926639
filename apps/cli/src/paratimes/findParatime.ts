/** Which ParaTime a text means. */

import { toHex } from '@wadi/base/bytes'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { errors } from '../errors.ts'
import { LAST, type Network } from '../network/withNetwork.ts'
import { knownParatimes } from './knownParatimes.ts'

/** A ParaTime of a network. */
export interface Paratime {
  readonly runtime: Runtime
  /** In hexadecimal. */
  readonly id: string
  readonly name: string | undefined
}

const HEX = /^[0-9a-f]{4,64}$/

/** Names by identifier. Those of the local network are those of its own ParaTimes. */
async function namesOn(network: Network): Promise<ReadonlyMap<string, string>> {
  const known = [...knownParatimes(network.chainContext)].map(([name, id]) => [id, name] as const)
  if (!(await network.isLocal())) return new Map(known)
  return new Map((await network.paratimes()).map(({ id, name }) => [toHex(id), name]))
}

/** Those that are registered, suspended ones included. */
export async function paratimesOf(network: Network): Promise<readonly Paratime[]> {
  const query = { height: LAST, includeSuspended: true }
  const [runtimes, names] = await Promise.all([
    network.client.registry.getRuntimes(query),
    namesOn(network),
  ])
  return runtimes.map((runtime) => {
    const id = toHex(runtime.id)
    return { runtime, id, name: names.get(id) }
  })
}

/** The ParaTime of a name, an identifier, or the beginning or end of one that no other has. */
export async function findParatime(network: Network, text: string): Promise<Paratime> {
  const all = await paratimesOf(network)
  const named = all.find(({ name }) => name === text)
  if (named !== undefined) return named
  const part = text.toLowerCase().replace(/^0x/, '')
  if (!HEX.test(part))
    throw errors.badValue(
      `${JSON.stringify(text)} is neither the name nor the identifier of a ParaTime; give one of those that wadi paratime list shows`,
    )
  const found = all.filter(({ id }) => id.startsWith(part) || id.endsWith(part))
  const [first] = found
  if (first !== undefined && found.length === 1) return first
  const what = found.length === 0 ? 'no ParaTime' : 'more than one ParaTime'
  throw errors.notFound(
    `the network has ${what} with the identifier ${text}; give one of those that wadi paratime list shows`,
  )
}

/** Its name, and its identifier. */
export function paratimeText({ id, name }: Paratime): string {
  return name === undefined ? id : `${name} (${id})`
}
