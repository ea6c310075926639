/** A network keeps what it began with: who asks for something else is told. */

import { UnavailableError } from '@wadi/base/errors'
import { type ParatimeChoice, paratimeOf } from '@wadi/compose/network-paratimes'
import type { NetworkChoices, NetworkFiles } from './networkFiles.ts'

type Asked = Partial<NetworkChoices>

const namesOf = (paratimes: readonly ParatimeChoice[]) =>
  paratimes
    .map((choice) => paratimeOf(choice).name)
    .toSorted()
    .join(',') || 'none'

/** Each choice as somebody says it on a command line. */
const WORDS = {
  engine: ({ engine }: Asked) => engine,
  validators: ({ validators }: Asked) => validators,
  'block-time': ({ blockMs }: Asked) => blockMs && `${blockMs}ms`,
  'epoch-blocks': ({ epochBlocks }: Asked) => epochBlocks,
  paratimes: ({ paratimes }: Asked) => paratimes && namesOf(paratimes),
  'compute-nodes': ({ computeNodes }: Asked) => computeNodes,
  'key-managers': ({ keyManagers }: Asked) => keyManagers,
  observers: ({ observers }: Asked) => observers,
  clients: ({ clients }: Asked) => clients,
} as const

/** Refuses choices that are not those with which the network began. */
export function requireChoices(files: NetworkFiles, asked: Asked): void {
  const others = Object.entries(WORDS).flatMap(([name, said]) => {
    const [is, wanted] = [said(files), said(asked)]
    return wanted === undefined || wanted === is ? [] : [{ name, is, wanted }]
  })
  if (others.length === 0) return
  const is = others.map((other) => `--${other.name} ${other.is}`).join(' ')
  const wanted = others.map((other) => `--${other.name} ${other.wanted}`).join(' ')
  throw new UnavailableError(
    'localnet.choices',
    `the network in ${files.folder} began with ${is}, and ${wanted} is asked for; leave that ` +
      'away, forget the network with --fresh, or begin another one in another --folder',
  )
}
