/** What a node is told to do, and says of itself. */

import { zero } from '@wadi/cbor/codec'
import { ZERO_TIME } from '@wadi/cbor/time'
import { calls as beacon, waits } from '@wadi/consensus/beacon/api'
import type { LightClientStatus } from '@wadi/consensus/consensus/status'
import { LightClientStatus as LightClient } from '@wadi/consensus/consensus/status'
import { RegistrationStatus, Status } from '@wadi/consensus/control'
import { calls, debugCalls } from '@wadi/consensus/control/api'
import { errors as controlErrors } from '@wadi/consensus/control/errors'
import { calls as registry } from '@wadi/consensus/registry/api'
import type { Epoch } from '@wadi/primitives/epoch'
import type { BlockWatch } from '../blockWatch.ts'
import type { ChainViews } from '../chainViews.ts'
import type { NodeFacts } from '../nodeFacts.ts'
import { epochTransaction } from '../setEpoch.ts'
import type { Submissions } from '../submissions.ts'
import { waitFor } from '../waiting.ts'
import { consensusStatus } from './consensusStatus.ts'
import { answered, type NodeMethods } from './nodeMethod.ts'
import { askState } from './stateAnswers.ts'

/** What these answers are made of. */
export interface ControlParts {
  readonly views: ChainViews
  readonly facts: NodeFacts
  readonly watch: BlockWatch
  readonly submissions: Submissions
}

const NO_REGISTRATION: RegistrationStatus = {
  ...zero(RegistrationStatus),
  lastAttempt: ZERO_TIME,
  lastRegistration: ZERO_TIME,
}

const NO_LIGHT_CLIENT: LightClientStatus = {
  ...zero(LightClient),
  latestTime: ZERO_TIME,
  oldestTime: ZERO_TIME,
}

function isSynced({ views: { source } }: ControlParts): boolean {
  return source.live === undefined || source.live.isSynced
}

function isReady(parts: ControlParts): boolean {
  return parts.facts.isReady?.() ?? isSynced(parts)
}

function statusOf({ views, facts }: ControlParts): Status {
  const { softwareVersion, mode, debug, identity } = facts
  return {
    ...zero(Status),
    softwareVersion,
    mode,
    debug,
    identity,
    consensus: consensusStatus(views, facts),
    lightClient: facts.lightClient?.() ?? NO_LIGHT_CLIENT,
    runtimes: facts.runtimes?.() ?? zero(Status).runtimes,
    registration: facts.registration?.() ?? NO_REGISTRATION,
    keymanager: facts.keymanager?.(),
    pendingUpgrades: facts.pendingUpgrades?.() ?? [],
    p2p: facts.p2p?.(),
  }
}

/** Does something that not every node can do. */
function act<T>(action: ((argument: T) => void) | undefined, argument: T): undefined {
  if (action === undefined) throw controlErrors.notImplemented()
  action(argument)
  return undefined
}

/** Waits for what may become true with a block. */
async function until(
  { watch }: ControlParts,
  signal: AbortSignal | undefined,
  isSo: () => boolean,
): Promise<undefined> {
  if (isSo()) return undefined
  return await waitFor<undefined>(signal, ({ resolve, reject }) =>
    watch.listen(() => {
      try {
        if (isSo()) resolve(undefined)
      } catch (error) {
        reject(error)
      }
    }),
  )
}

function epochNow(views: ChainViews): Epoch {
  return askState(views.at(0n), beacon, 'Beacon/GetEpoch', 0n)
}

/** The answers about the node itself. */
export function controlMethods(parts: ControlParts): NodeMethods {
  const { facts, views } = parts
  return {
    ...answered(calls, {
      'NodeController/RequestShutdown': async (isWaiting) => {
        const { shutdown } = facts
        if (shutdown === undefined) throw controlErrors.notImplemented()
        const done = shutdown()
        if (isWaiting) await done
        return undefined
      },
      'NodeController/WaitSync': (_, { signal }) => until(parts, signal, () => isSynced(parts)),
      'NodeController/IsSynced': () => isSynced(parts),
      'NodeController/WaitReady': (_, { signal }) => until(parts, signal, () => isReady(parts)),
      'NodeController/IsReady': () => isReady(parts),
      'NodeController/UpgradeBinary': (descriptor) => act(facts.upgradeBinary, descriptor),
      'NodeController/CancelUpgrade': (descriptor) => act(facts.cancelUpgrade, descriptor),
      'NodeController/GetStatus': () => statusOf(parts),
      'NodeController/AddBundle': (path) => act(facts.addBundle, path),
    }),
    ...answered(waits, {
      'Beacon/WaitEpoch': (epoch, { signal }) => {
        const isThere = () => views.source.lastHeight > 0n && epochNow(views) >= epoch
        return until(parts, signal, isThere)
      },
    }),
  }
}

/** The answers that only tests need. */
export function debugMethods(parts: ControlParts): NodeMethods {
  const { views, submissions } = parts
  return answered(debugCalls, {
    'DebugController/SetEpoch': async (epoch, { signal }) => {
      await submissions.submit(epochTransaction(views, epoch), signal)
      return await until(parts, signal, () => epochNow(views) >= epoch)
    },
    'DebugController/WaitNodesRegistered': (count, { signal }) => {
      const isThere = () =>
        views.source.lastHeight > 0n &&
        BigInt(askState(views.at(0n), registry, 'Registry/GetNodes', 0n).length) >= count
      return until(parts, signal, isThere)
    },
  })
}
