/** Everything that a node answers and tells, without sockets. */

import { encode } from '@wadi/cbor/codec'
import type { Streams } from '@wadi/consensus/api'
import { apiMethods } from '@wadi/consensus-services/api'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import type { Namespace } from '@wadi/primitives/namespace'
import { streams as runtimeStreams } from '@wadi/runtime-protocol/client/api'
import { consensusMethods } from './answers/consensus.ts'
import { controlMethods, debugMethods } from './answers/control.ts'
import type { NodeMethods } from './answers/nodeMethod.ts'
import { followsRuntimes, NO_RUNTIMES, runtimeClientMethods } from './answers/runtimeClient.ts'
import {
  type FiniteStreams,
  storageWorkerMethods,
  treeMethods,
  treeStreamsOf,
} from './answers/storage.ts'
import { BlockWatch } from './blockWatch.ts'
import type { ChainSource } from './chainSource.ts'
import { ChainViews } from './chainViews.ts'
import type { NodeFacts } from './nodeFacts.ts'
import { EventHub } from './streams/eventHub.ts'
import { topicsOf } from './streams/topics.ts'
import type { Sink } from './streams/watcher.ts'
import { Submissions } from './submissions.ts'

/** What a node's calls are answered from. */
export interface NodeApiOptions {
  readonly source: ChainSource
  readonly facts: NodeFacts
  /** What the node's workers know, if it has any. */
  readonly runtimes?: RuntimeAnswers
}

/** A node's calls and streams. */
export interface NodeApi {
  /** Everything but what is for tests. */
  readonly methods: NodeMethods
  readonly debugMethods: NodeMethods
  readonly topics: Streams
  /** For tests, too: each ends by itself. */
  readonly debugStreams: FiniteStreams
  /** Begins a stream of a topic; returns how to stop it. */
  watch(topic: string, request: unknown, sink: Sink): () => void
  /** To be called when a block has been applied, and all of it is stored. */
  applied(height: bigint): void
  /** To be called when the node, or what it does, has come to where it may be waited for. */
  changed(): void
}

/** Answers out of the state, each from a view that is made for it. */
function stateMethods(views: ChainViews): NodeMethods {
  return Object.fromEntries(
    Object.entries(apiMethods).map(([name, method]) => {
      const { request, response } = method
      const answer = (asked: unknown) => method.answer(views.at(method.heightOf(asked)), asked)
      return [name, { request, response, answer }]
    }),
  )
}

/** Puts a node's calls together. */
export function createNodeApi({ source, facts, runtimes: known }: NodeApiOptions): NodeApi {
  const views = new ChainViews(source)
  const watch = new BlockWatch()
  const hub = new EventHub(views)
  const hasRuntimes = followsRuntimes(facts.mode, known)
  const runtimes = known ?? NO_RUNTIMES
  const { treesOf = () => undefined } = runtimes
  const isForTests = facts.debug?.enabled === true
  const topics = topicsOf(source)
  const watchBlocks = (runtimeId: Namespace, sink: Sink) =>
    hub.watchOther(sink, (tell) => {
      const { item } = runtimeStreams['RuntimeClient/WatchBlocks']
      return runtimes.watchBlocks(runtimeId, (block) => tell(encode(item, block)))
    })
  const submissions = new Submissions(source)
  const control = { views, facts, watch, submissions }
  return {
    methods: {
      ...stateMethods(views),
      ...consensusMethods({ views, facts, submissions }),
      ...controlMethods(control),
      ...(hasRuntimes && runtimeClientMethods(views, runtimes)),
      ...(runtimes.treesOf && storageWorkerMethods(runtimes.treesOf, isForTests)),
    },
    debugMethods: { ...debugMethods(control), ...treeMethods(treesOf) },
    debugStreams: treeStreamsOf(treesOf),
    topics: { ...topics, ...(hasRuntimes && runtimeStreams) },
    watch: (name, request, sink) => {
      const topic = topics[name]
      // Rounds are told when their states are here, which no block says.
      return topic === undefined
        ? watchBlocks(request as Namespace, sink)
        : hub.watch(topic, request, sink)
    },
    applied: (height) => {
      source.renew?.()
      hub.tell(height)
      watch.tell()
    },
    changed: () => {
      source.renew?.()
      watch.tell()
    },
  }
}
