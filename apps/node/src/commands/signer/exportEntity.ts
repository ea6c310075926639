import { join } from 'node:path'
import { toIndentedJson } from '@wadi/cbor/json'
import { command } from '@wadi/node-config/command'
import { loadEntitySigner } from '@wadi/node-crypto/keys/nodeIdentity'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { ENTITY_FILES } from '@wadi/provisioning/entity-folder'
import { writeNamed } from '@wadi/provisioning/named-file'
import { checkSignerBackend, entityFolder } from '../transaction/entitySigner.ts'
import { entityFlags } from '../transaction/transactionFlags.ts'

const DONE = 0

/** `signer export`: a descriptor without nodes for the key that is there; it replaces another. */
export const exportEntity = command({
  name: 'export',
  summary: 'write the public key of an entity as a descriptor without nodes',
  examples: ['wadi-node signer export --signer.dir entity'],
  options: entityFlags,
  run({ flags }) {
    checkSignerBackend(flags)
    const folder = entityFolder(flags)
    const id = PublicKey.check(loadEntitySigner(folder).publicKey)
    const text = toIndentedJson(Entity, { v: ENTITY_VERSION, id, nodes: [] })
    writeNamed(nodeFiles, join(folder, ENTITY_FILES.descriptor), text)
    return DONE
  },
})
