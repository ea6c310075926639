/** `registry entity`: who runs nodes. */

import { toBase64 } from '@wadi/base/bytes'
import { calls } from '@wadi/consensus/registry/api'
import type { CommandGroup } from '@wadi/node-config/command'
import { Entity } from '@wadi/primitives/entity'
import { entityContext } from '@wadi/provisioning/entity-folder'
import { openEntity, signValueWith } from '../../transaction/entitySigner.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { listCommand } from '../listCommand.ts'
import { init } from './init.ts'
import { update } from './update.ts'

const register = transactionCommand({
  name: 'gen_register',
  summary: 'make a transaction that registers an entity',
  details: [
    'It registers the descriptor in the folder of the entity, with the nodes that it vouches for.',
    'An entity is changed by registering it anew. "consensus submit_tx" sends the transaction.',
  ],
  examples: [
    'wadi-node registry entity gen_register --signer.dir entity -g genesis.json --transaction.file register.json',
  ],
  options: {},
  async content(flags) {
    const { entity, signer } = await openEntity(flags)
    try {
      const signed = await signValueWith(signer, entityContext, Entity, entity)
      return { ...contentOf('registry.RegisterEntity', signed), signer }
    } catch (error) {
      signer[Symbol.dispose]()
      throw error
    }
  },
})

const deregister = transactionCommand({
  name: 'gen_deregister',
  summary: 'make a transaction that takes the registration of an entity back',
  details: [
    'The network refuses it while nodes or runtimes of the entity are registered. "consensus',
    'submit_tx" sends the transaction.',
  ],
  examples: [
    'wadi-node registry entity gen_deregister --signer.dir entity --transaction.file leave.json',
  ],
  options: {},
  content: () => ({ method: 'registry.DeregisterEntity' }),
})

const list = listCommand({
  summary: 'list the entities that are registered',
  details: ['A line has the public key of an entity; with -v it is the whole descriptor, in JSON.'],
  examples: ['wadi-node registry entity list -a unix:/node/data/internal.sock'],
  schema: Entity,
  options: {},
  ask: (node) => node.ask(calls, 'Registry/GetEntities', 0n),
  titleOf: ({ id }) => toBase64(id),
})

/** See the top of this file. */
export const entityCommands: CommandGroup = {
  name: 'entity',
  summary: 'entities and their descriptors',
  details: [
    'The folder of an entity (--signer.dir) has its key, entity.pem; its descriptor, entity.json,',
    'which names the nodes that it vouches for; and entity_genesis.json, that signed for a genesis',
    'document.',
  ],
  shared: {},
  commands: [init, update, register, deregister, list],
}
