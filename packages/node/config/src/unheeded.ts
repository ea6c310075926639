/** What is understood and has no effect: whoever says something else than the default is told. */

import { isLogName } from './logModules.ts'
import { checkNodeConfig, explainNodeConfig, type NodeConfig } from './nodeConfig.ts'

/** A key that has no effect, and why. */
export interface UnheededKey {
  readonly key: string
  /** A sentence without a subject, with what to do if there is something. */
  readonly why: string
}

const NOT_FETCHED = 'bundles are not fetched; put their files into runtime.paths'
const NO_ENCLAVES = 'this version runs no enclaves'
const NOT_RUN = 'components beside the one on the chain are not run'

/** Keys that nothing looks at. A test holds the list against a node that runs. */
export const UNHEEDED: Readonly<Record<string, string>> = {
  'ias.debug_skip_verify': NO_ENCLAVES,
  'ias.proxy_addresses': NO_ENCLAVES,
  'keymanager.churp.schemes': 'CHURP is not there yet',
  'p2p.gossipsub.peer_outbound_queue_size': 'it counts messages; here bytes are bounded',
  'p2p.gossipsub.validate_queue_size': 'there is no such queue: what comes is judged at once',
  'p2p.peer_manager.connectedness_low_water': 'the reference does not look at it either',
  'runtime.attest_interval': NO_ENCLAVES,
  'runtime.load_balancer.num_instances': 'one instance of each runtime is run',
  'runtime.log.max_log_size': 'what runtimes write is in the log of the node',
  'runtime.max_bundle_size': NOT_FETCHED,
  'runtime.registries': NOT_FETCHED,
  'runtime.sgx.loader': NO_ENCLAVES,
  'runtime.sgx_loader': NO_ENCLAVES,
  'runtime.tdx.cid_count': NO_ENCLAVES,
  'runtime.tdx.cid_start': NO_ENCLAVES,
  'storage.backend': 'there is one kind of database, of this program alone',
  'storage.fetcher_count': 'how many are fetched at a time is fixed',
  'storage.max_cache_size': 'what is kept in memory has bounds of its own',
}

/** Below a runtime, and below its components. */
function unheededOfRuntimes({ runtime }: NodeConfig): readonly UnheededKey[] {
  return runtime.runtimes.flatMap(({ registries, components }, r) => {
    const key = `runtime.runtimes[${r}]`
    const own = registries.length > 0 ? [{ key: `${key}.registries`, why: NOT_FETCHED }] : []
    const below = components.flatMap((one, c): UnheededKey[] => {
      const { id, disabled, permissions, config, networking } = one
      const at = `${key}.components[${c}]`
      if (disabled) return []
      if (id !== 'ronl') return [{ key: at, why: NOT_RUN }]
      const isSaid = permissions.length + config.size + networking.incoming.length > 0
      const why = 'permissions, config and networking of the component on the chain are not heeded'
      return isSaid ? [{ key: at, why }] : []
    })
    return [...own, ...below]
  })
}

/** What somebody has set to something else than its default, although it has no effect. */
export function unheededIn(config: NodeConfig): readonly UnheededKey[] {
  const usual = new Map(explainNodeConfig(checkNodeConfig(undefined)).map((row) => [row.path, row]))
  const changed = explainNodeConfig(config).filter(
    ({ path, text }) => path in UNHEEDED && usual.get(path)?.text !== text,
  )
  const names = [...config.common.log.level.keys()].filter((name) => !isLogName(name))
  return [
    ...names.map((name) => ({
      key: `common.log.level.${name}`,
      why: 'no part of the node logs so',
    })),
    ...changed.map(({ path }) => ({ key: path, why: UNHEEDED[path]! })),
    ...unheededOfRuntimes(config),
  ]
}
