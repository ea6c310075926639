/** What an operator looks at a running process with: metrics, served or sent, health, profiles. */

import type { NodeWorld } from '@wadi/compose/create-node'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { serveMetrics } from '../metricsServer.ts'
import { readEndpoint } from '../nodeOptions.ts'
import { type AskHealth, askHealth } from './health.ts'
import { MetricsPush } from './metricsPush.ts'
import { serveProfiles } from './profileServer.ts'
import { ResourceWatch } from './resourceWatch.ts'

/** What it is made of. */
export interface OperationsOptions {
  readonly settings: Settings
  readonly dataDir: string
  readonly world: NodeWorld
  /** The calls of the node, once it has some. */
  readonly methods: () => NodeApi['methods'] | undefined
}

/** What runs beside the node. */
export interface Operations {
  /** Ends all of it at once. */
  close(): void
}

/** Opens what the configuration wants; whatever was opened is closed if something fails. */
export async function openOperations(options: OperationsOptions): Promise<Operations> {
  const opened: (() => void)[] = []
  const close = () => {
    for (const end of opened.splice(0)) end()
  }
  try {
    await openMetrics(options, opened)
    await openProfiles(options, opened)
  } catch (error) {
    close()
    throw error
  }
  return { close }
}

function healthOf({ methods, world: { clock } }: OperationsOptions): AskHealth {
  return () => askHealth(methods(), clock.unixMs())
}

async function openMetrics(options: OperationsOptions, opened: (() => void)[]): Promise<void> {
  const { settings, dataDir, world, methods } = options
  const { mode, address, interval: intervalMs, jobName = '', labels } = settings.metrics
  const { metrics, timers } = world
  if (mode === 'none') return
  const watch = new ResourceWatch({ metrics, timers, dataDir, intervalMs, methods })
  opened.push(() => watch.stop())
  void watch.start()
  if (mode === 'pull') {
    const at = readEndpoint('metrics.address', address)
    const server = await serveMetrics({ metrics, health: healthOf(options), at })
    opened.push(() => server.close())
    return
  }
  const log = world.logger('metrics')
  const softwareVersion = SOFTWARE_VERSION
  const target = { address, jobName, labels, softwareVersion, intervalMs }
  const push = new MetricsPush({ ...target, metrics, timers, log })
  push.start()
  opened.push(() => push.stop())
}

async function openProfiles(options: OperationsOptions, opened: (() => void)[]): Promise<void> {
  const { settings, world } = options
  const { bindAddress } = settings.pprof
  if (bindAddress === undefined) return
  const colon = bindAddress.lastIndexOf(':')
  const host = bindAddress.slice(0, colon)
  const port = Number(bindAddress.slice(colon + 1))
  const profiles = await serveProfiles({
    host,
    port,
    health: healthOf(options),
    log: world.logger('profiles'),
  })
  opened.push(() => profiles.close())
}
