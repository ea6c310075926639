/** What `wadi-node` does without a sub-command: it runs a node until something ends it. */

import { Socket } from 'node:net'
import { isatty } from 'node:tty'
import type { Call, CommandWorld } from '@wadi/node-config/command'
import { configOptionsOf } from '@wadi/node-config/config-commands'
import { type LoadedConfig, loadConfig } from '@wadi/node-config/load-config'
import type { NodeConfig } from '@wadi/node-config/node-config'
import { type nodeFlags, type persistentFlags, UNHEEDED_FLAGS } from '@wadi/node-config/node-flags'
import { findObstacles } from '@wadi/node-config/obstacles'
import { type UnheededKey, unheededIn } from '@wadi/node-config/unheeded'
import { testEntity } from '@wadi/provisioning/test-entity'
import { NODE_ROLES, requireFiles } from './commands/signing/keyPlace.ts'
import { DONE, exitCodeOf, FAILED, MISUSED, sentenceOf } from './exitCodes.ts'
import { RunningNode, type RunningNodeOptions } from './runningNode.ts'
import { onStopSignals } from './stopSignals.ts'

/** Whatever is still open then, the process ends. */
const STOP_MS_MAX = 5_000

/** What it is called with. */
export type RunCall = Call<typeof nodeFlags & typeof persistentFlags>

function stopNode(node: RunningNode, signal: string): void {
  node.log.info('stopping', { signal })
  setTimeout(() => process.exit(FAILED), STOP_MS_MAX).unref()
  void node.stop()
}

/** What SIGHUP means. */
export type HangUp = 'reopen' | 'end' | 'nothing'

/**
 * A node that writes no file of its own has lost its terminal, if it has one. One without is told
 * to read its settings again, as services are, and has nothing to read: the reference is killed by
 * that, and who supervises it takes it for an end that somebody wanted.
 */
export function hangUpOf(
  { common: { log } }: NodeConfig,
  { hasTerminal }: { readonly hasTerminal: boolean },
): HangUp {
  if (log.file) return 'reopen'
  return hasTerminal ? 'end' : 'nothing'
}

const STANDARD_STREAMS = [0, 1, 2]

/** The first signal ends the node, a second one the process; SIGHUP is for the log's file. */
function obeySignals(node: RunningNode, settings: NodeConfig): void {
  const stop = (signal: string) => stopNode(node, signal)
  const force = () => process.exit(FAILED)
  const hangUp = hangUpOf(settings, { hasTerminal: STANDARD_STREAMS.some((fd) => isatty(fd)) })
  const ends = hangUp === 'end' ? (['SIGHUP'] as const) : []
  onStopSignals({ stop, force }, ['SIGTERM', 'SIGINT', ...ends])
  if (hangUp === 'reopen') process.on('SIGHUP', () => node.reopenLog())
  if (hangUp === 'nothing')
    process.on('SIGHUP', () => node.log.info('there is no file of a log to open again'))
}

/** Set by whoever starts nodes that are to end with it, and holds the other end of their input. */
const LEASH = 'WADI_END_WITH_STDIN'

/** Ends the node when its standard input ends, as it does with whoever holds its other end. */
function obeyInput(node: RunningNode, { environment }: CommandWorld): void {
  if (!environment[LEASH]) return
  const { stdin } = process
  stdin.once('close', () => stopNode(node, 'end of input'))
  stdin.on('error', () => stdin.destroy())
  stdin.resume()
  // Nothing waits for it: a node that has ended is done.
  if (stdin instanceof Socket) stdin.unref()
}

/** Reads the configuration; variables that are not there are told. */
export function loadTold(
  call: Parameters<typeof configOptionsOf>[0],
  { environment, err }: CommandWorld,
): LoadedConfig {
  const loaded = loadConfig(configOptionsOf(call, environment))
  for (const name of loaded.unset)
    err.write(`${call.flags.config}: the variable ${name} is not set and was taken as empty\n`)
  return loaded
}

/** Answers with the exit code when the node has ended. */
export async function runNode(call: RunCall, world: CommandWorld): Promise<number> {
  requireFiles(call.flags, NODE_ROLES)
  const { config: settings, sources } = loadTold(call, world)
  const isForTests = call.flags['debug.dont_blame_oasis']
  const hasTestEntity = isForTests && call.flags['debug.test_entity']
  const unheeded = unheededFlags(call)
  return await runSettings({ settings, sources, isForTests, hasTestEntity, unheeded }, world)
}

/** The flag goes before what the file says of the owner, as in the reference. */
export function ownedByTestEntity(settings: NodeConfig): NodeConfig {
  return {
    ...settings,
    registration: { entity: undefined, entityId: testEntity().entity.id },
  }
}

/** Flags that were given and say something that has no effect. */
export function unheededFlags({
  flags,
  given,
}: {
  readonly flags: Readonly<Record<string, unknown>>
  readonly given: ReadonlySet<string>
}): readonly UnheededKey[] {
  return Object.entries(UNHEEDED_FLAGS).flatMap(([name, why]) =>
    given.has(name) && flags[name] ? [{ key: `--${name}`, why }] : [],
  )
}

/** What a node is run with: its configuration, and what only tests want. */
export interface RunSettings
  extends Omit<RunningNodeOptions, 'dataDir'>,
    Pick<Parameters<typeof findObstacles>[1], 'sources' | 'hasTestEntity'> {
  /** Flags that have no effect. */
  readonly unheeded?: readonly UnheededKey[]
}

/** As {@link runNode}, with a configuration that has been read. */
export async function runSettings(run: RunSettings, world: CommandWorld): Promise<number> {
  const { settings, sources, hasTestEntity, unheeded = [], ...how } = run
  const { isForTests } = how
  const context = { sources, isForTests, hasTestEntity, userId: process.geteuid?.() }
  const obstacles = await findObstacles(settings, context)
  for (const { message } of obstacles) world.err.write(`Error: ${message}\n`)
  const { dataDir } = settings.common
  if (obstacles.length > 0 || dataDir === undefined) return MISUSED
  const owned = hasTestEntity ? ownedByTestEntity(settings) : settings
  const node = new RunningNode({ ...how, settings: owned, dataDir })
  for (const { key, why } of [...unheeded, ...unheededIn(settings)])
    node.log.warn('it has no effect', { key, why })
  obeySignals(node, settings)
  obeyInput(node, world)
  await node.start()
  const ending = await node.ended
  if (ending.kind === 'asked') return DONE
  world.err.write(`wadi-node: ${sentenceOf(ending.error)}\n`)
  return exitCodeOf(ending.error)
}
