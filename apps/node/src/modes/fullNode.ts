import { createNode, type Node } from '@wadi/compose/create-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import type { GrpcServer } from '@wadi/grpc/server'
import type { Epoch } from '@wadi/primitives/epoch'
import { lightBlockProvider } from '../lightBlocks.ts'
import { nodeOptionsOf } from '../nodeOptions.ts'
import { type Enrolment, enrolmentOf, sentryOf } from '../nodeRegistration.ts'
import type { ModeNode, NodeContext } from './modeNode.ts'

/** So long calls of a sentry that have begun may go on. */
const SENTRY_GRACE_MS = 1_000

/** Opens a node that follows the chain, and votes on it if it is elected. */
export async function openFullNode(context: NodeContext): Promise<ModeNode> {
  let opened: Node | undefined
  const { identity } = context.keys
  const enrolment = {
    ...context,
    identity,
    methods: () => opened?.api?.methods ?? {},
    round: () => opened?.vrfRound(),
    createProver: context.misbehaviour?.createProver,
    onLeft: context.stopSoon,
  }
  const own = enrolmentOf(enrolment)
  const life = new AbortController()
  let sentry: GrpcServer | undefined
  const { stateSync, providers: names } = context.settings.consensus
  const providers = stateSync.enabled
    ? names.map((name) => lightBlockProvider(name, context.world))
    : []
  const letGo = () => {
    for (const provider of providers) provider.close()
  }
  const node = await openNode(context, { own, providers }).catch((error) => {
    letGo()
    throw error
  })
  opened = node
  const { chain } = node.engine.status
  return {
    id: node.network.id,
    chainId: chain.chainId,
    height: chain.lastBlockHeight,
    api: node.api,
    start: async () => {
      await node.start()
      sentry = await sentryOf(enrolment)
      const begin = () => {
        own?.registration.start()
        own?.prover.start()
      }
      const { misbehaviour, onFatal } = context
      if (misbehaviour === undefined) begin()
      else untilEpoch(node, misbehaviour.activationEpoch, life.signal).then(begin, onFatal)
    },
    stop: async () => {
      opened = undefined
      life.abort()
      own?.registration.stop()
      own?.prover.stop()
      node.stop()
      letGo()
      await sentry?.close(SENTRY_GRACE_MS)
    },
  }
}

/** Never answers if the node is stopped before. */
async function untilEpoch({ api }: Node, epoch: Epoch, signal: AbortSignal): Promise<void> {
  try {
    await api?.methods['Beacon/WaitEpoch']?.answer(epoch, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (signal.aborted) await new Promise(() => undefined)
}

interface NodeParts {
  readonly own: Enrolment | undefined
  readonly providers: readonly LightBlockProvider[]
}

async function openNode(
  { settings, dataDir, isForTests, world, document, keys, stopSoon, onFatal }: NodeContext,
  { own, providers }: NodeParts,
): Promise<Node> {
  const registration = own?.registration
  return createNode({
    config: await nodeOptionsOf(settings, dataDir),
    world,
    document,
    keys,
    lightBlocks: providers,
    onApplied: (height) => {
      own?.registration.applied(height)
      own?.prover.applied(height)
    },
    ...(settings.wadi.test.application === 'kvstore' && {
      openApplication: (folder) => new KvstoreApplication({ folder }),
    }),
    profile: {
      softwareVersion: SOFTWARE_VERSION,
      mode: settings.mode,
      identity: identityStatusOf(keys.identity),
      debug: { enabled: isForTests, allowRoot: settings.common.debug.allowRoot },
      ...(registration && { registration: () => registration.status() }),
      shutdown: () => {
        if (registration !== undefined) return registration.requestShutdown()
        stopSoon()
        return Promise.resolve()
      },
    },
    onFatal,
  })
}
