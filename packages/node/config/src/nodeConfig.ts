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

/** Only these can do without a state of the consensus layer. */
const WITHOUT_STATE: readonly NodeMode[] = ['client', 'observer']

function checkLocalStorage({ mode, consensus }: NodeConfig, sources: Sources): void {
  if (consensus.localStorage) return
  const place = describePlace(filePlace(sources, 'consensus.local_storage'))
  const remedy = 'set consensus.local_storage to true'
  if (!WITHOUT_STATE.includes(mode))
    throw errors.badValue(`${place}: a node in mode ${mode} keeps its state; ${remedy}`)
  if (consensus.validator)
    throw errors.badValue(`${place}: a validator (consensus.validator) keeps its state; ${remedy}`)
}

/** The configuration of what stands in a file, and beside it. */
export function checkNodeConfig(raw: unknown, sources: Sources = {}): NodeConfig {
  const { '': outermost, ...sections } = composition.check(raw, sources)
  const config = { ...outermost, ...sections }
  checkLocalStorage(config, sources)
  return config
}

/** Every value of a configuration, and where it comes from. */
export function explainNodeConfig(
  { mode, ...sections }: NodeConfig,
  sources: Sources = {},
): readonly EffectiveRow[] {
  return composition.explain({ '': { mode }, ...sections }, sources)
}
