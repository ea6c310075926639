import { createNode, type Node } from '@wadi/compose/create-node'
import { identityStatusOf } from '@wadi/compose/node-keys'
import { type NodeP2p, openNodeP2p } from '@wadi/compose/node-p2p'
import { NodeRuntimes, type NodeRuntimesOptions } from '@wadi/compose/runtimes'
import { askNode, stateNow } from '@wadi/compose/runtimes/ask'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import type { GrpcServer } from '@wadi/grpc/server'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { Epoch } from '@wadi/primitives/epoch'
import { lightBlockProvider } from '../lightBlocks.ts'
import { nodeOptionsOf, type PeerSearch } from '../nodeOptions.ts'
import { type Enrolment, enrolmentOf, sentryOf, submitterOf } from '../nodeRegistration.ts'
import { p2pConfigOf } from '../p2pOptions.ts'
import { PeerNames } from '../peerNames.ts'
import { runtimesConfigOf } from '../runtimesOptions.ts'
import type { Misbehaviour, ModeNode, NodeContext } from './modeNode.ts'

/** So long calls of a sentry that have begun may go on. */
const SENTRY_GRACE_MS = 1_000

/** Opens a node that follows the chain, and votes on it if it is elected. */
export async function openFullNode(context: NodeContext): Promise<ModeNode> {
  let opened: Node | undefined
  const { ending, keys } = context
  const { identity } = keys
  const methods = () => opened?.api?.methods ?? {}
  const submitter = submitterOf({ ...context, methods })
  const enrolment = {
    ...context,
    identity,
    methods,
    submitter,
    listening: () => p2p?.addresses,
    round: () => opened?.vrfRound(),
    createProver: context.misbehaviour?.createProver,
    onLeft: context.stopSoon,
  }
  const own = enrolmentOf(enrolment)
  const life = new AbortController()
  let sentry: GrpcServer | undefined
  const { stateSync, providers: names } = context.settings.consensus
  const named = stateSync.enabled
    ? names.map((name) => lightBlockProvider(name, context.world))
    : []
  const search = searchOf(context, (address) => opened?.network.dial(address))
  const letGo = () => {
    search.names.stop()
    for (const provider of named) provider.close()
  }
  const p2p = await openP2p(context, search.names)
  // Peers prove the state unless others are named.
  const providers = named.length > 0 ? named : p2p?.lightBlocks
  const log = context.world.logger('byzantine')
  const network = p2p && (context.misbehaviour?.networkOf?.(p2p.network, log) ?? p2p.network)
  const runtimes = network && runtimesOf(context, { own, methods, submitter, network })
  const watch = watchOf(context, methods)
  const parts = { own, search, providers, p2p, runtimes, watch }
  const node = await openNode(context, parts).catch((error) => {
    letGo()
    throw error
  })
  opened = node
  if (node.api !== undefined) p2p?.follow(node.api)
  for (const id of runtimes?.ids ?? []) p2p?.keepRuntime(id)
  const { chain } = node.engine.status
  return {
    id: node.network.id,
    chainId: chain.chainId,
    height: chain.lastBlockHeight,
    api: node.api,
    start: async () => {
      // A node that begins with the state of others asks there for light blocks.
      for (const part of [p2p, node, runtimes]) {
        await part?.start()
        if (ending.aborted) return
      }
      sentry = await sentryOf(enrolment)
      if (ending.aborted) return
      const begin = () => {
        own?.registration.start()
        own?.prover.start()
      }
      const { misbehaviour, onFatal } = context
      if (misbehaviour === undefined) begin()
      else untilEpoch(node, misbehaviour.activationEpoch, life.signal).then(begin, onFatal)
    },
    stop: async () => {
      life.abort()
      own?.registration.stop()
      own?.prover.stop()
      await runtimes?.stop()
      opened = undefined
      await p2p?.stop()
      node.stop()
      letGo()
      await sentry?.close(SENTRY_GRACE_MS)
    },
  }
}

function searchOf({ world, ending }: NodeContext, dial: PeerSearch['dial']): PeerSearch {
  return { names: new PeerNames({ ...world, log: world.logger('p2p'), ending }), dial }
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
  readonly search: PeerSearch
  readonly providers: readonly LightBlockProvider[] | undefined
  readonly p2p: NodeP2p | undefined
  readonly runtimes: NodeRuntimes | undefined
  /** Of a node that misbehaves. */
  readonly watch: ReturnType<NonNullable<Misbehaviour['watch']>> | undefined
}

function watchOf(
  { misbehaviour, world, keys, stopSoon, onFatal }: NodeContext,
  methods: () => NodeApi['methods'],
): NodeParts['watch'] {
  const { node } = keys.identity
  const log = world.logger('byzantine')
  return misbehaviour?.watch?.({ ask: askNode(methods), node, log, stopSoon, onFatal })
}

/** A node that knows nobody, and that nobody can dial, does without, if it needs nobody. */
async function openP2p(context: NodeContext, names: PeerNames): Promise<NodeP2p | undefined> {
  const { settings, dataDir, world, document, keys, onFatal } = context
  const config = await p2pConfigOf(settings, names)
  const { seeds = [], persistentPeers = [] } = config
  const isAlone = settings.p2p.port === 0 && seeds.length + persistentPeers.length === 0
  const { stateSync, providers } = settings.consensus
  const asks = stateSync.enabled && providers.length === 0
  if (isAlone && !asks && runtimesConfigOf(settings, dataDir) === undefined) return undefined
  return await openNodeP2p({ config, dataDir, world, document, identity: keys.identity, onFatal })
}

interface RuntimeParts extends Pick<NodeRuntimesOptions, 'network' | 'submitter'> {
  readonly own: Enrolment | undefined
  readonly methods: () => NodeApi['methods']
}

/** What the node does for runtimes; refused in words where it cannot. */
function runtimesOf(
  { settings, dataDir, world, document, keys, misbehaviour, onFatal }: NodeContext,
  { own, methods, submitter, network }: RuntimeParts,
): NodeRuntimes | undefined {
  const config = runtimesConfigOf(settings, dataDir)
  if (config === undefined) return undefined
  const { context: chainContext, signatures: rules } = chainTermsOf(document)
  return new NodeRuntimes({
    config,
    world,
    chainContext,
    genesisHeight: document.height,
    rules,
    node: keys.identity.node,
    network,
    ask: askNode(methods),
    stateNow: stateNow(methods),
    submitter,
    registration: own?.registration,
    isSynced: () => methods()['NodeController/IsSynced']?.answer(undefined, {}) === true,
    misdeedsIn: misbehaviour?.misdeedsIn,
    onFatal,
  })
}

async function openNode(
  { settings, dataDir, isForTests, world, document, keys, stopSoon, onFatal }: NodeContext,
  { own, search, providers, p2p, runtimes, watch }: NodeParts,
): Promise<Node> {
  const registration = own?.registration
  return createNode({
    config: await nodeOptionsOf(settings, dataDir, search),
    world,
    document,
    keys,
    ...(providers && { lightBlocks: providers }),
    onApplied: (height) => {
      own?.registration.applied(height)
      own?.prover.applied(height)
      runtimes?.applied(height)
      void watch?.applied()
    },
    ...(runtimes && { onChecked: (transaction) => runtimes.offered(transaction) }),
    ...(runtimes && { runtimes: runtimes.answers }),
    ...(settings.wadi.test.application === 'kvstore' && {
      openApplication: (folder) => new KvstoreApplication({ folder }),
    }),
    profile: {
      softwareVersion: SOFTWARE_VERSION,
      mode: settings.mode,
      identity: identityStatusOf(keys.identity),
      debug: { enabled: isForTests, allowRoot: settings.common.debug.allowRoot },
      ...(registration && { registration: () => registration.status() }),
      ...(p2p && { p2p: () => p2p.status }),
      ...(runtimes && {
        runtimes: () => runtimes.status,
        keymanager: () => runtimes.keyManagerStatus,
        addBundle: (path) => runtimes.addBundle(path),
      }),
      shutdown: () => {
        if (registration !== undefined) return registration.requestShutdown()
        stopSoon()
        return Promise.resolve()
      },
    },
    onFatal,
  })
}
