/** `registration`: entities, nodes that expire and come back, and a runtime that changes hands. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { signValue } from '@wadi/primitives/envelope'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check } from '../errors.ts'
import { drawBetween, drawOne, drawSigner } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import { doneBefore, type Workload, type WorkloadWorld } from '../workload.ts'
import {
  drawNode,
  type OwnedNode,
  runtimeDescriptor,
  signNode,
  WORKLOAD_RUNTIME,
} from './registered.ts'

const LAST = 0n
const ENTITIES = 10
const NODES_PER_ENTITY = 5
/** Enough for all of its nodes and for the runtime. */
const STAKE = quantity(10_000n)
/** The epoch may be another one when the transaction is in a block. */
const EXPIRATION_MIN = 2n
const EXPIRATION_MAX = 5n
/** So many registrations of nodes between two of the runtime. */
const ITERATIONS_PER_OWNER = 20
const PAUSE_MS = 1_000

interface OwnEntity {
  readonly signer: Signer
  readonly id: PublicKey
  readonly nodes: readonly OwnedNode[]
}

interface Registrar extends WorkloadWorld {
  readonly entities: readonly OwnEntity[]
}

function drawEntity({ random }: WorkloadWorld): OwnEntity {
  const signer = drawSigner(random)
  const id = PublicKey.check(signer.publicKey)
  return { signer, id, nodes: Array.from({ length: NODES_PER_ENTITY }, () => drawNode(random, id)) }
}

async function registerEntity(
  { client, sender, funds }: WorkloadWorld,
  { signer, id, nodes }: OwnEntity,
): Promise<void> {
  const descriptor = { v: ENTITY_VERSION, id, nodes: nodes.map(({ descriptor: { id: of } }) => of) }
  const signed = signValue(signer, contextOf(contexts.registerEntity), Entity, descriptor)
  await sender.send(signer, methodCall('registry.RegisterEntity', signed), funds)
  const found = await client.registry.getEntity({ height: await sender.caughtUp(), id })
  const isSame = equalBytes(encode(Entity, found), encode(Entity, descriptor))
  check(isSame, () => `entity ${toHex(id)} is not registered as it was submitted`)
}

async function registerNode(world: Registrar, { nodes }: OwnEntity): Promise<void> {
  const { client, sender, funds, random } = world
  const node = drawOne(random, nodes)
  const epoch = await client.beacon.getEpoch(await sender.caughtUp())
  const expiration = epoch + drawBetween(random, EXPIRATION_MIN, EXPIRATION_MAX)
  const descriptor = { ...node.descriptor, expiration }
  const call = methodCall('registry.RegisterNode', signNode(node, descriptor))
  const submit = () => sender.send(node.signers.node, call, funds)
  if (!(await doneBefore(world, epoch + 1n, submit))) return
  node.expiration = expiration
  await checkNode(world, node)
}

/** A node is there as it was registered until it has expired. */
async function checkNode({ client, sender }: Registrar, node: OwnedNode): Promise<void> {
  const { descriptor, expiration } = node
  if (expiration === undefined) return
  const height = await sender.caughtUp()
  const { id } = descriptor
  if ((await client.beacon.getEpoch(height)) > expiration) {
    // It comes back with another registration; how long it is kept until then is the network's.
    node.expiration = undefined
    return
  }
  const found = await client.registry.getNode({ height, id })
  const expected = encode(Node, { ...descriptor, expiration })
  const isSame = equalBytes(encode(Node, found), expected)
  check(isSame, () => `node ${toHex(id)} is not registered as it was submitted`)
}

async function registerRuntime(world: Registrar, by: Signer, owner: PublicKey): Promise<void> {
  const { client, sender, funds } = world
  const epoch = await client.beacon.getEpoch(await sender.caughtUp())
  const known = await knownDeployments(world)
  const runtime = runtimeDescriptor(owner, known ?? epoch + EXPIRATION_MIN)
  const call = methodCall('registry.RegisterRuntime', runtime)
  if (!(await doneBefore(world, epoch + 1n, () => sender.send(by, call, funds)))) return
  const query = { height: await sender.caughtUp(), id: WORKLOAD_RUNTIME, includeSuspended: true }
  const found = await client.registry.getRuntime(query)
  check(equalBytes(found.entityId, owner), () => `the runtime is not of ${toHex(owner)}`)
}

/** A deployment that is there stays as it is. */
async function knownDeployments({ client, sender }: Registrar): Promise<bigint | undefined> {
  const height = await sender.caughtUp()
  const all = await client.registry.getRuntimes({ height, includeSuspended: true })
  const runtime = all.find(({ id }) => equalBytes(id, WORKLOAD_RUNTIME))
  return runtime?.deployments[0]?.validFrom
}

/** Who may change the runtime: whoever registered it last. */
async function ownerOf(registrar: Registrar): Promise<OwnEntity> {
  const { client, entities } = registrar
  const all = await client.registry.getRuntimes({ height: LAST, includeSuspended: true })
  const runtime = all.find(({ id }) => equalBytes(id, WORKLOAD_RUNTIME))
  const owner = entities.find(({ id }) => runtime !== undefined && equalBytes(runtime.entityId, id))
  return owner ?? entities[0]!
}

async function openRegistrar(world: WorkloadWorld): Promise<Registrar> {
  const { sender, funds } = world
  const entities = Array.from({ length: ENTITIES }, () => drawEntity(world))
  const stake = ({ signer }: OwnEntity) =>
    methodCall('staking.AddEscrow', { account: addressOf(signer), amount: STAKE })
  await sender.sendAll(funds, entities.map(stake))
  await Promise.all(entities.map((entity) => registerEntity(world, entity)))
  const registrar = { ...world, entities }
  const { signer, id } = await ownerOf(registrar)
  await registerRuntime(registrar, signer, id)
  return registrar
}

/** See the top of this file. */
export const registrationWorkload: Workload = {
  needsFunds: true,
  async run(world) {
    const registrar = await openRegistrar(world)
    const { random, entities } = registrar
    let iteration = 0
    do {
      const entity = drawOne(random, entities)
      await registerNode(registrar, entity)
      await checkNode(registrar, drawOne(random, drawOne(random, entities).nodes))
      if (iteration++ % ITERATIONS_PER_OWNER === 0)
        await registerRuntime(registrar, (await ownerOf(registrar)).signer, entity.id)
    } while (await world.goesOn(PAUSE_MS))
  },
}
