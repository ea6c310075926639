import type { CommandWorld } from '@wadi/node-config/command'
import { configOptionsOf } from '@wadi/node-config/config-commands'
import { loadConfig } from '@wadi/node-config/load-config'

interface ConfiguredCall {
  readonly flags: { readonly config: string }
  readonly overrides: readonly string[]
}

/** The folder of the node that the configuration says; the working folder if it says none. */
export function configuredFolder(
  call: ConfiguredCall,
  { environment }: Pick<CommandWorld, 'environment'>,
): string {
  const { config } = loadConfig(configOptionsOf(call, environment))
  return config.common.dataDir ?? process.cwd()
}
