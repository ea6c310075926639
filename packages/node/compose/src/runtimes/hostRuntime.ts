/** A runtime of a node as it is hosted: its programs, version by version. */

import { toHex } from '@wadi/base/bytes'
import type { RuntimeServices } from '@wadi/contracts/runtime-services'
import { answerRequest } from '@wadi/runtime-host/answer-request'
import { HostedProgram, type HostWorld } from '@wadi/runtime-host/hosted-program'
import type { CallObserver } from '@wadi/runtime-host/metrics'
import { VersionedRuntime } from '@wadi/runtime-host/versioned-runtime'
import type { RuntimeProgram } from './programs.ts'
import type { RuntimeWish } from './runtimesConfig.ts'

/** What a runtime is hosted with. */
export interface HostingOptions {
  readonly wish: RuntimeWish
  readonly chainContext: string
  readonly programs: readonly RuntimeProgram[]
  readonly services: RuntimeServices
  readonly world: HostWorld
  readonly observer: CallObserver
}

/** Has all programs ready; which of them run is chosen later. */
export function hostRuntime(options: HostingOptions): VersionedRuntime {
  const versioned = new VersionedRuntime(options.wish.id, options.world)
  for (const program of options.programs) versioned.add(hostProgram(options, program))
  return versioned
}

/** A version of a runtime as it is hosted. */
export function hostProgram(
  { wish, chainContext, services, world, observer }: Omit<HostingOptions, 'programs'>,
  { version, launcher }: RuntimeProgram,
): HostedProgram {
  const { localConfig } = wish
  return new HostedProgram({
    host: { runtimeId: wish.id, consensusChainContext: chainContext, localConfig },
    version,
    checksVersion: 'yes',
    launcher,
    serve: (request, signal) => answerRequest(services, request, signal),
    world,
    observer,
    onLine: (line) => world.log.info('the runtime says', { runtime: toHex(wish.id), line }),
  })
}
