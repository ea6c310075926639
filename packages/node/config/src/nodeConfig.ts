/** The configuration of a node: what oasis-node's file says, checked. */

import { type ConfigOfSections, composeSections, type EffectiveRow } from '@wadi/base/config'
import { errors } from '@wadi/base/configOption'
import { describePlace } from '@wadi/base/configPlace'
import { filePlace, type Sources } from '@wadi/base/configSources'
import { type NodeMode, nodeSections } from './sections/sections.ts'

const composition = composeSections(...nodeSections)

type Sections = ConfigOfSections<typeof nodeSections>

/** Everything that an operator can say, by component. */
export type NodeConfig = Omit<Sections, ''> & { readonly mode: NodeMode }

/** Why a node cannot do without a state; undefined if it can. */
function whyStateNeeded({ mode, consensus, runtime }: NodeConfig): string | undefined {
  if (mode !== 'client') return `this version keeps the state in mode ${mode}`
  if (consensus.validator) return 'a validator keeps the state'
  if (runtime.runtimes.length + runtime.paths.length > 0)
    return 'this version keeps the state where there are runtimes'
  if (consensus.providers.length === 0)
    return 'a node without a state asks others, and consensus.providers names none'
  if (consensus.lightClient.trust.hash === undefined)
    return 'a node without a state begins with a trusted block: set consensus.light_client.trust'
  return undefined
}

/** What the reference knows and this version does not do: nobody is to believe that it does. */
function refuseUnknownWays(config: NodeConfig, sources: Sources): void {
  const { consensus } = config
  const refuse = (key: string, why: string) => {
    const place = describePlace(filePlace(sources, key))
    throw errors.badValue(`${place}: ${why}, or remove it`)
  }
  const why = consensus.localStorage ? undefined : whyStateNeeded(config)
  if (why !== undefined) refuse('consensus.local_storage', `${why}; set it to true`)
  if (consensus.debug.unsafeReplayRecoverCorruptedWal)
    refuse(
      'consensus.debug.unsafe_replay_recover_corrupted_wal',
      'this version goes past what is damaged in its log by itself, and signs nothing until that ' +
        'is safe; set it to false',
    )
}

/** The configuration of what stands in a file, and beside it. */
export function checkNodeConfig(raw: unknown, sources: Sources = {}): NodeConfig {
  const { '': outermost, ...sections } = composition.check(raw, sources)
  const config = { ...outermost, ...sections }
  refuseUnknownWays(config, sources)
  return config
}

/** Every value of a configuration, and where it comes from. */
export function explainNodeConfig(
  { mode, ...sections }: NodeConfig,
  sources: Sources = {},
): readonly EffectiveRow[] {
  return composition.explain({ '': { mode }, ...sections }, sources)
}
