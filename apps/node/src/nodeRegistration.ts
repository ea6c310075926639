/** How a node of a configuration registers, and how it stands before others as a sentry. */

import type { NodeWorld } from '@wadi/compose/create-node'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import type { VrfState } from '@wadi/consensus/beacon'
import { chainContextOf, type GenesisDocument } from '@wadi/consensus/genesis/document'
import type { GrpcServer } from '@wadi/grpc/server'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import type { NodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { ConsensusAddress, NodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Ask, askMethods } from '@wadi/registration/chain'
import { nodeNames } from '@wadi/registration/names'
import { nodeSignersOf } from '@wadi/registration/node-signers'
import { consensusAddressOf, p2pAddressesOf } from '@wadi/registration/own-addresses'
import { ownerOf } from '@wadi/registration/owner'
import {
  createRegistration,
  type Registration,
  type RegistrationOptions,
} from '@wadi/registration/registration'
import { askSentries, parseSentry } from '@wadi/registration/sentry-client'
import { serveSentry } from '@wadi/registration/sentry-server'
import { Submitter } from '@wadi/registration/submitter'
import {
  createVrfProver,
  type VrfProver,
  type VrfProverOptions,
} from '@wadi/registration/vrf-prover'
import { registersForRuntimes } from './runtimesOptions.ts'

/** Makes what answers to the beacon. */
export type CreateProver = (options: VrfProverOptions) => VrfProver

/** What registering is made of. */
export interface NodeRegistrationOptions {
  readonly settings: Settings
  readonly dataDir: string
  readonly identity: NodeIdentity
  readonly document: GenesisDocument
  readonly world: NodeWorld
  /** The calls of the node, once it has some. */
  readonly methods: () => NodeApi['methods']
  readonly submitter: Submitter
  /** Where the node listens in the network of runtimes; undefined if it does not. */
  readonly listening: () => readonly NodeAddress[] | undefined
  /** The round of the beacon's proofs in the last state. */
  readonly round: () => VrfState | undefined
  /** The operator wanted the node to leave the network, and it has. */
  readonly onLeft: () => void
  /** What proves the node's randomness; it does so as it should unless told otherwise. */
  readonly createProver?: CreateProver | undefined
  readonly onFatal: (error: unknown) => void
}

/** Does the node vote on blocks of the consensus layer, as far as it is up to it? */
function isValidator({ mode, consensus, wadi }: Settings): boolean {
  return wadi.test.application === 'oasis' && (mode === 'validator' || consensus.validator)
}

function ownAddress({
  settings,
  identity,
}: Pick<NodeRegistrationOptions, 'settings' | 'identity'>): Promise<ConsensusAddress> {
  const { listenAddress, externalAddress } = settings.consensus
  const key = PublicKey.check(identity.p2p.publicKey)
  return consensusAddressOf({ listenAddress, externalAddress }, key, nodeNames)
}

/** What a node does on the chain of its own accord. */
export interface Enrolment {
  readonly registration: Registration
  readonly prover: VrfProver
}

/** What signs and submits what the node itself has to say. */
export function submitterOf({
  settings,
  document,
  methods,
  world,
}: Pick<NodeRegistrationOptions, 'settings' | 'document' | 'methods' | 'world'>): Submitter {
  const ask: Ask = (name, question, signal) => askMethods(methods())(name, question, signal)
  const { submission: config } = settings.consensus
  const log = world.logger('registration')
  const chainContext = chainContextOf(document)
  return new Submitter({ ask, chainContext, config, world: { ...world, log } })
}

/** What registers a node and proves its randomness; undefined if it is none that does. */
export function enrolmentOf(options: NodeRegistrationOptions): Enrolment | undefined {
  const { settings, identity, methods, submitter, round, onFatal } = options
  const { createProver = createVrfProver } = options
  if (!isValidator(settings) && !registersForRuntimes(settings)) return undefined
  const world = { ...options.world, log: options.world.logger('registration') }
  const ask: Ask = (name, question, signal) => askMethods(methods())(name, question, signal)
  return {
    registration: registrationOf(options, { ask, submitter, world }),
    prover: createProver({ ask, submitter, signers: identity, round, world, onFatal }),
  }
}

function registrationOf(
  options: NodeRegistrationOptions,
  parts: Pick<RegistrationOptions, 'ask' | 'submitter' | 'world'>,
): Registration {
  const { settings, dataDir, identity, listening, onLeft, onFatal } = options
  const { calls } = options.world
  const world = { ...parts.world, ...(calls && { calls }) }
  const sentries = settings.runtime.sentryAddresses.map(parseSentry)
  const tls = identity.sentryClientTls
  const { port, registration } = settings.p2p
  return createRegistration({
    ...parts,
    dataDir,
    softwareVersion: SOFTWARE_VERSION,
    signers: nodeSignersOf(identity),
    owner: ownerOf(nodeFiles, settings.registration),
    isValidator: isValidator(settings),
    runtimes: () => settings.runtime.runtimes.map(({ id }) => id),
    places: {
      consensus: async () =>
        sentries.length > 0
          ? await askSentries({ sentries, tls, world })
          : [await ownAddress({ settings, identity })],
      p2p: () =>
        listening() ?? p2pAddressesOf({ addresses: registration.addresses, port }, nodeNames),
    },
    onLeft,
    onFatal,
  })
}

/** The control port of a sentry; undefined if the node is none. */
export async function sentryOf(options: NodeRegistrationOptions): Promise<GrpcServer | undefined> {
  const { settings, identity, onFatal } = options
  const { enabled, control } = settings.sentry
  if (!enabled) return undefined
  return await serveSentry({
    port: control.port,
    tls: identity.tls,
    authorizedKeys: control.authorizedPubkeys,
    addresses: async () => [await ownAddress(options)],
    world: { ...options.world, log: options.world.logger('sentry') },
    onFatal,
  })
}
