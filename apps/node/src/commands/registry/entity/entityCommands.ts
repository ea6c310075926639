/** `registry entity`: who runs nodes. */

import { toBase64 } from '@wadi/base/bytes'
import { calls } from '@wadi/consensus/registry/api'
import type { CommandGroup } from '@wadi/node-config/command'
import { Entity } from '@wadi/primitives/entity'
import { signEntity } from '@wadi/provisioning/entity-folder'
import { loadSigningEntity } from '../../transaction/entitySigner.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { listCommand } from '../listCommand.ts'
import { init } from './init.ts'
import { update } from './update.ts'

const register = transactionCommand({
  name: 'gen_register',
  summary: 'make a transaction that registers an entity',
  examples: [
    'wadi-node registry entity gen_register --signer.dir entity -g genesis.json --transaction.file register.json',
  ],
  options: {},
  content(flags) {
    const owned = loadSigningEntity(flags)
    const { signer } = owned
    return { ...contentOf('registry.RegisterEntity', signEntity(owned)), signer }
  },
})

const deregister = transactionCommand({
  name: 'gen_deregister',
  summary: 'make a transaction that takes the registration of an entity back',
  options: {},
  content: () => ({ method: 'registry.DeregisterEntity' }),
})

const list = listCommand({
  summary: 'list the entities that are registered',
  schema: Entity,
  options: {},
  ask: (node) => node.ask(calls, 'Registry/GetEntities', 0n),
  titleOf: ({ id }) => toBase64(id),
})

/** See the top of this file. */
export const entityCommands: CommandGroup = {
  name: 'entity',
  summary: 'entities and their descriptors',
  shared: {},
  commands: [init, update, register, deregister, list],
}
