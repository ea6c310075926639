/** What a running node answers: its chain out of engine and application, and what it is. */

import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import { printEndpoint } from '@wadi/comet-p2p/net-address'
import type { Network } from '@wadi/comet-p2p/network'
import type { PeersStatus } from '@wadi/consensus/consensus/status'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { errors as upgradeErrors } from '@wadi/consensus/upgrade/errors'
import type { Upgrader } from '@wadi/consensus-services/kernel/upgrader'
import { checkDescriptor } from '@wadi/consensus-services/upgrade/descriptors'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import type { Engine } from '@wadi/engine/engine'
import { engineSource } from '@wadi/node-api/engine-source'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import type { NodeFacts } from '@wadi/node-api/node-facts'
import { type NodeAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { OasisApplication } from './oasisApplication.ts'

/** What a node is called and what it does beside the consensus layer, for whoever asks it. */
export type NodeProfile = Omit<
  NodeFacts,
  'peers' | 'pendingUpgrades' | 'upgradeBinary' | 'cancelUpgrade'
>

/** What the answers are made of. */
export interface AnswerParts {
  readonly document: GenesisDocument
  readonly engine: Engine
  readonly application: OasisApplication
  readonly network: Network
  readonly clock: Clock
  /** The key by which its peers know the node. */
  readonly p2pKey: Uint8Array
  /** What others are told of where it listens, if not that. */
  readonly externalAddress: string | undefined
  readonly profile: NodeProfile
  readonly runtimes?: RuntimeAnswers | undefined
}

/** The calls and streams of a node. */
export function openAnswers(parts: AnswerParts): NodeApi {
  const { document, engine, application, clock, profile, runtimes } = parts
  const { chainContext, upgrader } = application
  return createNodeApi({
    source: engineSource({ document, chainContext, engine, application, clock }),
    ...(runtimes && { runtimes }),
    facts: {
      ...profile,
      peers: () => peersOf(parts),
      ...(upgrader && {
        pendingUpgrades: () => upgrader.pending,
        upgradeBinary: (descriptor) => submitUpgrade(upgrader, descriptor),
        cancelUpgrade: (descriptor) => upgrader.cancelUpgrade(descriptor),
      }),
    },
  })
}

/** What is in no request is zero: such an upgrade would be due at once, and end the node. */
function submitUpgrade(upgrader: Upgrader, descriptor: UpgradeDescriptor): void {
  try {
    checkDescriptor(descriptor)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw upgradeErrors.badDescriptor(error.message)
  }
  upgrader.submitDescriptor(descriptor)
}

function peersOf({ network, p2pKey, externalAddress }: AnswerParts): PeersStatus {
  const pubKey = PublicKey.check(p2pKey)
  const own = externalAddress ?? (network.endpoint && printEndpoint(network.endpoint))
  const address = own === undefined ? undefined : numericAddress(own)
  return {
    pubKey,
    peerId: network.id,
    addresses: address && [{ id: pubKey, address }],
    peers: network.peers().map(({ id, address: at }) => `${id}@${printEndpoint(at)}`),
  }
}

/** Where a text says that the node is; undefined for names, which are not looked up here. */
function numericAddress(text: string): NodeAddress | undefined {
  try {
    return parseNodeAddress(text)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
