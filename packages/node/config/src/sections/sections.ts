/** The file of a node: the section of each component, and what is outside of all. */

import { section } from '@wadi/base/config'
import { oneOf } from '@wadi/base/configOption'
import { commonConfig } from './commonConfig.ts'
import { consensusConfig } from './consensusConfig.ts'
import { genesisConfig } from './genesisConfig.ts'
import { iasConfig, metricsConfig, pprofConfig } from './operationConfig.ts'
import { p2pConfig } from './p2pConfig.ts'
import { runtimeConfig } from './runtimeConfig.ts'
import { wadiConfig } from './wadiConfig.ts'
import {
  keymanagerConfig,
  registrationConfig,
  sentryConfig,
  storageConfig,
} from './workerConfig.ts'

/** What a node is there for. */
export const NODE_MODES = [
  'validator',
  'compute',
  'observer',
  'keymanager',
  'client',
  'seed',
  'archive',
] as const
export type NodeMode = (typeof NODE_MODES)[number]

/** COMPAT(oasis-core): these are told of no runtimes, unless it is for tests. */
export const MODES_WITHOUT_RUNTIMES: readonly NodeMode[] = ['validator', 'seed']

const modeConfig = section('', {
  mode: oneOf(NODE_MODES, { default: 'client', doc: 'What the node is there for.' }),
})

/** Every section of the reference's file, in its order, and one of our own. */
export const nodeSections = [
  modeConfig,
  commonConfig,
  genesisConfig,
  consensusConfig,
  runtimeConfig,
  p2pConfig,
  iasConfig,
  pprofConfig,
  metricsConfig,
  registrationConfig,
  keymanagerConfig,
  storageConfig,
  sentryConfig,
  wadiConfig,
] as const
