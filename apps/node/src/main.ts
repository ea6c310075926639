#!/usr/bin/env -S node --max-semi-space-size=8
/**
 * A node:
 *
 *   wadi-node --config <file> [--<section>.<option>=<value> …]
 *
 * Exit codes: 0 it was asked to end, or ends for an upgrade; 1 it cannot go on; 2 what it was told
 * makes no sense.
 */

import { existsSync, readFileSync } from 'node:fs'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { createLogger, type Logger } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createNode, type Node } from '@wadi/compose/create-node'
import { openLogSink } from '@wadi/compose/log-sink'
import { loadOrCreateNodeKeys } from '@wadi/compose/node-keys'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { serveMetrics } from './metricsServer.ts'
import { badSetting, levelsOf, nodeConfigOf, readEndpoint } from './nodeConfig.ts'
import { SETTINGS, type Settings } from './settings.ts'

const DONE = 0
const FAILED = 1
const MISUSED = 2
/** Whatever is still open then, the process ends. */
const STOP_MS_MAX = 5_000
const USAGE = 'usage: wadi-node --config <file> [--<section>.<option>=<value> …]'

function readSettings([name, path, ...flags]: readonly string[]): Settings {
  if (name !== '--config' || path === undefined) throw badSetting('arguments', USAGE)
  if (!existsSync(path)) throw badSetting('--config', `there is no file ${path}`)
  try {
    const raw: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return SETTINGS.check(raw, { environment: process.env, flags })
  } catch (error) {
    if (error instanceof SyntaxError) throw badSetting(path, `not JSON: ${error.message}`)
    if (error instanceof CodedError) throw badSetting(path, error.message)
    throw error
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof StopForUpgrade) return DONE
  return error instanceof UnavailableError && error.reason === 'node.setting' ? MISUSED : FAILED
}

/** Says in a sentence why the process ends, and ends it when everything that is open has closed. */
function end(error: unknown): void {
  process.exitCode = exitCodeOf(error)
  process.stderr.write(`wadi-node: ${error instanceof Error ? error.message : String(error)}\n`)
  setTimeout(() => process.exit(), STOP_MS_MAX).unref()
}

/** Ends the node at the first signal, and the process at the second. */
function stopOnSignals(stop: () => void, log: Logger): void {
  let isStopping = false
  const onSignal = (signal: string) => {
    if (isStopping) process.exit(FAILED)
    isStopping = true
    log.info('stopping', { signal })
    setTimeout(() => process.exit(), STOP_MS_MAX).unref()
    stop()
    log.info('stopped')
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

async function run(settings: Settings): Promise<void> {
  const { file, format } = settings['common.log']
  const clock = processClock
  const sink = openLogSink({
    format,
    levels: levelsOf(settings),
    file: file === '' ? undefined : file,
    clock,
  })
  const logger = (module: string) => createLogger(module, sink)
  const log = logger('node')
  const metrics = new MetricsRegistry()
  const config = await nodeConfigOf(settings)
  const document = parseGenesis(readFileSync(settings.genesis.file, 'utf8'))
  const { dataDir } = config
  nodeFiles.makeFolder(dataDir)
  const isPulled = settings.metrics.mode === 'pull'
  const metricsAt = isPulled && readEndpoint('metrics.address', settings.metrics.address)
  const server = metricsAt ? await serveMetrics(metrics, metricsAt) : undefined
  const closeServer = () => {
    server?.close()
    server?.closeAllConnections()
  }
  const node: Node = createNode({
    config,
    world: { clock, timers: nodeTimers, random: processRandom, files: nodeFiles, metrics, logger },
    document,
    keys: loadOrCreateNodeKeys({ dataDir, random: processRandom, nowMs: clock.unixMs() }),
    ...(settings.test.application === 'kvstore' && {
      openApplication: (folder) => new KvstoreApplication({ folder }),
    }),
    onFatal: (error) => {
      log.error('the node cannot go on', { why: String(error) })
      closeServer()
      end(error)
    },
  })
  stopOnSignals(() => {
    node.stop()
    closeServer()
  }, log)
  await node.start()
  const { chain } = node.engine.status
  log.info('started', { id: node.network.id, chain: chain.chainId, height: chain.lastBlockHeight })
}

try {
  await run(readSettings(process.argv.slice(2)))
} catch (error) {
  end(error)
}
