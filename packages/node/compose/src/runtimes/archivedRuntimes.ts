/**
 * The runtimes of an archive: their rounds and trees as they are on disk, and their programs to ask
 * about these. Nothing comes to them any more, and nothing leaves.
 */

import type { RandomSource } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { NodeApi } from '@wadi/node-api/node-api'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Submitter } from '@wadi/registration/submitter'
import { errors } from '@wadi/runtime-protocol/client/errors'
import type { NodeWorld } from '../createNode.ts'
import { NodeRuntimes } from './nodeRuntimes.ts'
import { offlineNetwork } from './offlineNetwork.ts'
import { askNode, stateNow } from './runtimeAsk.ts'
import type { RuntimesConfig } from './runtimesConfig.ts'

/** What they are made of. */
export interface ArchivedRuntimesOptions {
  readonly config: RuntimesConfig
  readonly world: NodeWorld
  readonly document: GenesisDocument
  /** The calls of the archive. */
  readonly methods: () => NodeApi['methods']
  readonly onFatal: (error: unknown) => void
}

/** A key that nobody knows: the node was in committees, and must not act as if it still were. */
function strangersKey(random: RandomSource): Signer {
  return createMemorySigner('node', new Secret(random.bytes(32)))
}

/** Opens nothing yet; what cannot be run here is refused before anything begins. */
export function archivedRuntimes(options: ArchivedRuntimesOptions): NodeRuntimes {
  const { config, world, document, methods, onFatal } = options
  const { context: chainContext, signatures: rules } = chainTermsOf(document)
  const node = strangersKey(world.random)
  const ask = askNode(methods)
  const submitter = new Submitter({
    ask,
    chainContext,
    config: { gasPrice: 0n, maxFee: 0n },
    world: { ...world, log: world.logger('archive') },
  })
  return new NodeRuntimes({
    // What is on disk stays as it is.
    config: { ...config, part: 'client', upkeep: {}, checkpoints: 'off' },
    world,
    chainContext,
    genesisHeight: document.height,
    rules,
    node,
    network: offlineNetwork(PublicKey.check(node.publicKey), world.timers),
    ask,
    stateNow: stateNow(methods),
    submitter,
    registration: undefined,
    isSynced: () => true,
    onFatal,
  })
}

function notTaken(): never {
  throw errors.noHostedRuntime()
}

/** What an archive answers: everything but transactions, of which nothing would ever become. */
export function archivedAnswers({ answers, ...others }: RuntimeAnswers): RuntimeAnswers {
  return {
    ...others,
    answers: {
      ...answers,
      'RuntimeClient/SubmitTx': notTaken,
      'RuntimeClient/SubmitTxMeta': notTaken,
      'RuntimeClient/SubmitTxNoWait': notTaken,
    },
  }
}
