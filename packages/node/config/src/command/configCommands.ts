/** `config check` and `config show`: what a configuration says, before a node runs with it. */

import { describePlace } from '@wadi/base/configPlace'
import { filePlace } from '@wadi/base/configSources'
import { findObstacles } from '../checks/obstacles.ts'
import { formatEffective } from '../configText.ts'
import { type ConfigOptions, type LoadedConfig, loadConfig } from '../loadConfig.ts'
import { mistakesIn } from '../mistakes.ts'
import { explainNodeConfig } from '../nodeConfig.ts'
import { unheededIn } from '../unheeded.ts'
import { type CommandGroup, type CommandWorld, command } from './command.ts'
import { nodeFlags, persistentFlags } from './nodeFlags.ts'

const GOOD = 0
/** As a node ends that is told the same. */
const BAD = 2

type Persistent = typeof persistentFlags

interface ConfigCall {
  readonly flags: { readonly config: string }
  readonly overrides: readonly string[]
}

/** What the words of a command line say about the configuration. */
export function configOptionsOf(
  { flags: { config }, overrides }: ConfigCall,
  environment: ConfigOptions['environment'],
): ConfigOptions {
  return { file: config === '' ? undefined : config, environment, flags: overrides }
}

function load(call: ConfigCall, { environment, err }: CommandWorld): LoadedConfig {
  const loaded = loadConfig(configOptionsOf(call, environment))
  const file = call.flags.config
  for (const name of loaded.unset)
    err.write(`${file}: the variable ${name} is not set and was taken as empty\n`)
  return loaded
}

const checkFlags = {
  ...persistentFlags,
  'debug.test_entity': nodeFlags['debug.test_entity'],
} as const

const check = command<typeof checkFlags>({
  name: 'check',
  summary: 'check the configuration and what it needs, without touching anything',
  details: [
    'Every mistake of the file is told at once: the key, its place, and what to do; as soon as all of it can',
    'be read, everything else that keeps a node from starting. Ends with 0 if a node can start, and with 2',
    'if not.',
  ],
  examples: ['wadi-node config check --config node.yaml'],
  options: checkFlags,
  async run(call, world) {
    const mistakes = mistakesIn(configOptionsOf(call, world.environment))
    for (const sentence of mistakes) world.err.write(`Error: ${sentence}\n`)
    if (mistakes.length > 0) return BAD
    const { config, sources } = load(call, world)
    const isForTests = call.flags['debug.dont_blame_oasis']
    const obstacles = await findObstacles(config, {
      sources,
      isForTests,
      hasTestEntity: isForTests && call.flags['debug.test_entity'],
      userId: process.geteuid?.(),
    })
    for (const { message } of obstacles) world.err.write(`Error: ${message}\n`)
    for (const { key, why } of unheededIn(config)) {
      const place = describePlace(filePlace(sources, key))
      world.err.write(`Warning: ${place}: has no effect: ${why}\n`)
    }
    if (obstacles.length > 0) return BAD
    world.out.write('a node can start with this configuration\n')
    return GOOD
  },
})

const show = command<Persistent>({
  name: 'show',
  summary: 'print every key with the value that a node would run with, and where it comes from',
  examples: ['wadi-node config show --config node.yaml --metrics.mode=pull'],
  options: persistentFlags,
  run(call, world) {
    const { config, sources } = load(call, world)
    world.out.write(formatEffective(explainNodeConfig(config, sources)))
    return GOOD
  },
})

/** The commands about the configuration. */
export const configCommands: CommandGroup = {
  name: 'config',
  summary: 'check and show the configuration of a node',
  shared: {},
  commands: [check, show],
}
