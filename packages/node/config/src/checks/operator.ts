/** Who runs the node, who owns it, and what is only for tests. */

import { isIP } from 'node:net'
import type { UnavailableError } from '@wadi/base/errors'
import { isPeerId } from '@wadi/comet-p2p/net-address'
import { openFilesMax } from '@wadi/comet-p2p/open-files'
import { LIGHT_PROVIDERS_MIN } from '../limits.ts'
import type { NodeConfig } from '../nodeConfig.ts'
import type { NodeMode } from '../sections/sections.ts'
import { type CheckContext, obstacle } from './obstacle.ts'

const ROOT = 0
const FLAG = '--debug.dont_blame_oasis'

/** Is the user one that may run a node? */
export function checkUser(
  { common }: NodeConfig,
  context: CheckContext,
): UnavailableError | undefined {
  if (context.userId !== ROOT || (common.debug.allowRoot && context.isForTests)) return undefined
  const sentence =
    'the superuser must not run a node; run it as a user of its own ' +
    `(for tests: set this key to true and give ${FLAG})`
  return obstacle('superuser', context, 'common.debug.allow_root', sentence)
}

const WITH_ENTITY: readonly NodeMode[] = ['validator', 'compute', 'keymanager', 'observer']

/** Has a node an entity that owns it, if and only if it needs one? */
export function checkEntity(
  config: NodeConfig,
  context: CheckContext,
): UnavailableError | undefined {
  const { mode, registration, consensus } = config
  if (mode === 'seed') return undefined
  const hasEntity =
    context.hasTestEntity ||
    registration.entity !== undefined ||
    registration.entityId !== undefined
  const needsEntity = consensus.validator || WITH_ENTITY.includes(mode)
  const title = consensus.validator ? 'a validator' : `a node in mode ${mode}`
  if (needsEntity && !hasEntity) {
    const sentence = `is not set, and ${title} is registered by an entity; set it`
    return obstacle('entityMissing', context, 'registration.entity_id', sentence)
  }
  if (mode === 'client' && !consensus.validator && hasEntity) {
    const key = registration.entity === undefined ? 'registration.entity_id' : 'registration.entity'
    return obstacle(
      'entityUnused',
      context,
      key,
      'a client has no entity; remove it, or set mode: observer',
    )
  }
  return undefined
}

/** Are there nodes enough that prove the state that others give? Peers do it if none are named. */
export function checkStateSync(
  { mode, consensus }: NodeConfig,
  context: CheckContext,
): UnavailableError | undefined {
  const { stateSync, providers } = consensus
  const takesState = stateSync.enabled && mode !== 'seed' && mode !== 'archive'
  const isComparable = providers.length === 0 || providers.length >= LIGHT_PROVIDERS_MIN
  if (!takesState || isComparable) return undefined
  const sentence =
    'names a single node that has light blocks, and consensus.state_sync.enabled ' +
    `takes ${LIGHT_PROVIDERS_MIN} that can be compared; name more, or none to ask peers`
  return obstacle('lightBlocksMissing', context, 'consensus.providers', sentence)
}

/** Peers of the network of runtimes are known by their keys, and what is registered is no name. */
export function checkAddresses({ p2p }: NodeConfig, context: CheckContext): UnavailableError[] {
  const found: UnavailableError[] = []
  for (const [i, peer] of p2p.connectionManager.persistentPeers.entries()) {
    const key = `p2p.connection_manager.persistent_peers[${i}]`
    const sentence = `${peer} has an id and no key; write <key in base64>@<address>`
    if (isPeerId(peer.slice(0, peer.indexOf('@'))))
      found.push(obstacle('badAddress', context, key, sentence))
  }
  for (const [i, address] of p2p.registration.addresses.entries()) {
    const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')
    const key = `p2p.registration.addresses[${i}]`
    const sentence = `${address} has no IP address, by which others dial; write one, and a port`
    if (isIP(host) === 0) found.push(obstacle('badAddress', context, key, sentence))
  }
  return found
}

/** May the process have as many files open as it is to? Node itself takes all that it may have. */
export function checkOpenFiles(
  { common }: NodeConfig,
  context: CheckContext,
): UnavailableError | undefined {
  const wanted = common.debug.rlimit
  if (wanted === 0n || !context.isForTests) return undefined
  const most = openFilesMax()
  if (most === undefined || wanted <= BigInt(most)) return undefined
  const sentence =
    `this process may have at most ${most} files open; set it to that or less, or raise the ` +
    'limit of the system (ulimit -n)'
  return obstacle('tooManyFiles', context, 'common.debug.rlimit', sentence)
}

/** Values that are only for tests, without the flag that says that this is one. */
export function checkForTests(config: NodeConfig, context: CheckContext): UnavailableError[] {
  if (context.isForTests) return []
  const { provisioner, environment, debugMockTee } = config.runtime
  const refuse = (key: string, value: string, remedy: string) =>
    obstacle('onlyForTests', context, key, `${value} is only for tests; ${remedy}`)
  return [
    ...(provisioner === 'sandboxed'
      ? []
      : [refuse('runtime.provisioner', provisioner, 'set it to sandboxed')]),
    ...(environment === 'sgx-mock'
      ? [refuse('runtime.environment', environment, 'set it to auto')]
      : []),
    ...(config.metrics.mode === 'push'
      ? [refuse('metrics.mode', 'push', 'set it to pull or none')]
      : []),
    ...(debugMockTee ? [refuse('runtime.debug_mock_tee', 'true', 'remove it')] : []),
  ]
}
