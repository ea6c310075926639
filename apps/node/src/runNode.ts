/** What `wadi-node` does without a sub-command: it runs a node until something ends it. */

import type { Call, CommandWorld } from '@wadi/node-config/command'
import { configOptionsOf } from '@wadi/node-config/config-commands'
import { type LoadedConfig, loadConfig } from '@wadi/node-config/load-config'
import type { NodeConfig } from '@wadi/node-config/node-config'
import type { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { findObstacles } from '@wadi/node-config/obstacles'
import { DONE, exitCodeOf, FAILED, MISUSED, sentenceOf } from './exitCodes.ts'
import { RunningNode } from './runningNode.ts'
import { onStopSignals } from './stopSignals.ts'

/** Whatever is still open then, the process ends. */
const STOP_MS_MAX = 5_000

/** What it is called with. */
export type RunCall = Call<typeof nodeFlags & typeof persistentFlags>

/** The first signal ends the node, a second one the process; SIGHUP is for the log's file. */
function obeySignals(node: RunningNode, { common: { log } }: NodeConfig): void {
  const stop = (signal: string) => {
    node.log.info('stopping', { signal })
    setTimeout(() => process.exit(FAILED), STOP_MS_MAX).unref()
    void node.stop()
  }
  const force = () => process.exit(FAILED)
  // Who writes no file of its own has lost its terminal.
  const hangUp = log.file === undefined ? (['SIGHUP'] as const) : []
  onStopSignals({ stop, force }, ['SIGTERM', 'SIGINT', ...hangUp])
  if (log.file !== undefined) process.on('SIGHUP', () => node.reopenLog())
}

function loadTold(call: RunCall, { environment, err }: CommandWorld): LoadedConfig {
  const loaded = loadConfig(configOptionsOf(call, environment))
  for (const name of loaded.unset)
    err.write(`${call.flags.config}: the variable ${name} is not set and was taken as empty\n`)
  return loaded
}

/** Answers with the exit code when the node has ended. */
export async function runNode(call: RunCall, world: CommandWorld): Promise<number> {
  const { config: settings, sources } = loadTold(call, world)
  const isForTests = call.flags['debug.dont_blame_oasis']
  const obstacles = await findObstacles(settings, {
    sources,
    isForTests,
    hasTestEntity: isForTests && call.flags['debug.test_entity'],
    userId: process.geteuid?.(),
  })
  for (const { message } of obstacles) world.err.write(`Error: ${message}\n`)
  const { dataDir } = settings.common
  if (obstacles.length > 0 || dataDir === undefined) return MISUSED
  const node = new RunningNode({ settings, dataDir, isForTests })
  obeySignals(node, settings)
  await node.start()
  const ending = await node.ended
  if (ending.kind === 'asked') return DONE
  world.err.write(`wadi-node: ${sentenceOf(ending.error)}\n`)
  return exitCodeOf(ending.error)
}
