/** What nodes do with their enclaves as epochs go by. */

import { encodeRust, type Infer } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedInitResponse,
} from '@wadi/consensus/keymanager'
import * as keys from '@wadi/consensus/keymanager/keys'
import * as wire from '../methods.ts'
import type { TestNode, TestWorld } from './testWorld.ts'

const Nothing = nilable(bytes)

/** Has a node's enclave get ready for the status that the consensus layer has. */
export function initialize(world: TestWorld, node: TestNode): Infer<typeof SignedInitResponse> {
  const { status } = world
  world.run(node, node.server.enclave.view.sync(0n))
  const args = encodeRust(wire.InitRequest, { status })
  return world.local(node, 'init', [args, SignedInitResponse])
}

/** A master secret that a node's enclave proposes for the next epoch. */
export function propose(
  world: TestWorld,
  node: TestNode,
  generation: bigint,
): Infer<typeof SignedEncryptedMasterSecret> {
  const args = encodeRust(wire.GenerateMasterSecretRequest, { generation, epoch: world.epoch + 1n })
  const result = wire.GenerateMasterSecretResponse
  return world.local(node, 'generate_master_secret', [args, result]).signedSecret
}

/** Has a node's enclave take a proposal. */
export function load(
  world: TestWorld,
  node: TestNode,
  signedSecret: Infer<typeof SignedEncryptedMasterSecret>,
): void {
  const args = encodeRust(wire.LoadMasterSecretRequest, { signedSecret })
  world.local(node, 'load_master_secret', [args, Nothing])
}

/** The next master secret: proposed by one, taken by all of these, accepted. */
export function rotate(world: TestWorld, nodes: readonly TestNode[]): void {
  const generation = nodes[0]!.server.enclave.store.nextGeneration
  const proposal = propose(world, nodes[0]!, generation)
  world.publish(keys.masterSecrets, SignedEncryptedMasterSecret, proposal)
  for (const node of nodes) load(world, node, proposal)
  world.nextEpoch()
  world.accept(proposal)
  for (const node of nodes) initialize(world, node)
}

/** A secret for the next epoch that a node's enclave makes. */
export function proposeEphemeral(
  world: TestWorld,
  node: TestNode,
): Infer<typeof SignedEncryptedEphemeralSecret> {
  const args = encodeRust(wire.GenerateEphemeralSecretRequest, { epoch: world.epoch + 1n })
  const result = wire.GenerateEphemeralSecretResponse
  return world.local(node, 'generate_ephemeral_secret', [args, result]).signedSecret
}

/** Has a node's enclave take the secret of an epoch. */
export function loadEphemeral(
  world: TestWorld,
  node: TestNode,
  signedSecret: Infer<typeof SignedEncryptedEphemeralSecret>,
): void {
  const args = encodeRust(wire.LoadEphemeralSecretRequest, { signedSecret })
  world.local(node, 'load_ephemeral_secret', [args, Nothing])
}

/** The secret of the next epoch: published by one, taken by all of these. */
export function publishEphemeral(world: TestWorld, nodes: readonly TestNode[]): void {
  const secret = proposeEphemeral(world, nodes[0]!)
  world.publish(keys.ephemeralSecrets, SignedEncryptedEphemeralSecret, secret)
  for (const node of nodes) loadEphemeral(world, node, secret)
}
