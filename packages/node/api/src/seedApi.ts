/** What a seed node answers: whom it knows, and nothing about the chain. */

import { zero } from '@wadi/cbor/codec'
import { type SeedStatus, Status } from '@wadi/consensus/control'
import { calls } from '@wadi/consensus/control/api'
import { errors as controlErrors } from '@wadi/consensus/control/errors'
import { answered } from './answers/nodeMethod.ts'
import type { NodeApi } from './nodeApi.ts'
import type { NodeFacts } from './nodeFacts.ts'

/** What a seed node says of itself. */
export interface SeedFacts extends Pick<NodeFacts, 'softwareVersion' | 'mode' | 'identity'> {
  seed(): SeedStatus
  shutdown(): Promise<void>
}

function refuse(): never {
  throw controlErrors.notImplemented()
}

/** The calls of a seed node; there are no streams. */
export function createSeedApi({ seed, shutdown, ...facts }: SeedFacts): NodeApi {
  const methods = answered(calls, {
    'NodeController/RequestShutdown': () => {
      void shutdown()
      return undefined
    },
    'NodeController/WaitSync': refuse,
    'NodeController/IsSynced': refuse,
    'NodeController/WaitReady': refuse,
    'NodeController/IsReady': refuse,
    'NodeController/UpgradeBinary': refuse,
    'NodeController/CancelUpgrade': refuse,
    'NodeController/GetStatus': () => ({ ...zero(Status), ...facts, seed: seed() }),
    'NodeController/AddBundle': refuse,
  })
  return {
    methods,
    debugMethods: {},
    debugStreams: {},
    topics: {},
    watch: () => refuse(),
    applied: () => undefined,
    changed: () => undefined,
  }
}
