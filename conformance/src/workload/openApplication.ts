/** Applications that begin a recorded chain, or one that differs from it a little. */

import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  Application,
  type ApplicationOptions,
  type StateStore,
} from '@wadi/consensus-services/application'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import type { Chain } from '@wadi/consensus-services/kernel/context'
import { services } from '@wadi/consensus-services/services'
import { createUpgrader } from '@wadi/consensus-services/upgrader'
import { memoryState } from './memoryState.ts'

/** An application, and what it keeps. */
export interface OpenApplication {
  readonly application: Application
  readonly state: StateStore
}

/** An application in which no block was run yet. */
export function openApplication(
  document: GenesisDocument,
  chain: Omit<Chain, 'bus'>,
  options: Pick<ApplicationOptions, 'watch' | 'halt' | 'onHalt'> = {},
): OpenApplication {
  const state = memoryState()
  // What a node knows of upgrades is its own.
  const own = { ...chain, upgrader: createUpgrader() }
  const application = new Application({ chain: own, services, store: state, ...options })
  application.initChain({ document, validators: genesisValidators(document, chain.signatures) })
  return { application, state }
}
