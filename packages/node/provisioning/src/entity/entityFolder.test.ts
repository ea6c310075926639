import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { parseJson } from '@wadi/cbor/json'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { nodeFiles as files } from '@wadi/node-storage/node-files'
import { Entity, SignedEntity } from '@wadi/primitives/entity'
import { openSigned } from '@wadi/primitives/envelope'
import { anyChainSignatures } from '../genesis/genesisFile.ts'
import { put, scratchFolder, snapshotOf } from '../testing/scratch.ts'
import { createEntity, type EntityChoices, loadEntity, saveEntity } from './entityFolder.ts'
import { testEntity } from './testEntity.ts'

const signatures = anyChainSignatures('forbidden')
const choices = { reusesKey: false, replacesDescriptor: false }

const create = (folder: string, changes: Partial<EntityChoices> = {}, seed = 1n) =>
  createEntity({ files, random: new SeededRandom(seed) }, folder, { ...choices, ...changes })

/** Refuses, in a sentence, and touches nothing. */
function refuses(folder: string, act: () => unknown, reason: string, sentence: RegExp): void {
  const before = snapshotOf(folder)
  assert.throws(act, (error: Error & { reason: string }) => {
    assert.equal(error.reason, reason)
    assert.match(error.message, sentence)
    return true
  })
  assert.deepEqual(snapshotOf(folder), before)
}

describe('the folder of an entity', () => {
  it('has its key, its descriptor, and the signed one, for the owner alone', () => {
    const folder = scratchFolder()
    const { entity } = create(folder)
    const id = toBase64(entity.id)
    const written = snapshotOf(folder)
    assert.deepEqual([...written.keys()], ['entity.json', 'entity.pem', 'entity_genesis.json'])
    assert.equal(written.get('entity.json'), `{\n  "v": 2,\n  "id": "${id}"\n}`)
    const signed = parseJson(SignedEntity, written.get('entity_genesis.json')!)
    const context = contextOf(contexts.registerEntity)
    assert.deepEqual(openSigned(signatures, context, Entity, signed).value, entity)
    for (const name of written.keys())
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.deepEqual(loadEntity(files, folder).entity, entity)
  })

  it('is made for a key that is there, which stays', () => {
    const folder = scratchFolder()
    create(folder)
    rmSync(join(folder, 'entity.json'))
    const { entity } = create(folder, { reusesKey: true }, 2n)
    assert.deepEqual(loadEntity(files, folder).entity, entity)
    assert.deepEqual(create(scratchFolder()).entity, entity)
  })

  it('is not made where an entity is, unless its descriptor may be replaced', () => {
    const folder = scratchFolder()
    const owned = create(folder)
    refuses(folder, () => create(folder), 'provisioning.exists', /has an entity; .*--force/)
    const reuses = () => create(folder, { reusesKey: true })
    refuses(folder, reuses, 'provisioning.exists', /has an entity/)
    saveEntity(files, folder, { ...owned, entity: { ...owned.entity, nodes: [owned.entity.id] } })
    create(folder, { reusesKey: true, replacesDescriptor: true })
    assert.deepEqual(loadEntity(files, folder).entity.nodes, [])
  })

  it('never gets another key, whatever may be replaced', () => {
    const folder = scratchFolder()
    create(folder)
    for (const replacesDescriptor of [true, false]) {
      if (!replacesDescriptor) rmSync(join(folder, 'entity.json'))
      const again = () => create(folder, { replacesDescriptor }, 2n)
      refuses(folder, again, 'provisioning.exists', /a key is never replaced; .*reuse_signer/)
    }
  })

  it('must be there, with a key to be used that is there, too', () => {
    const missing = join(scratchFolder(), 'missing')
    assert.throws(() => create(missing), { reason: 'provisioning.noFolder' })
    const folder = scratchFolder()
    const reuses = () => create(folder, { reusesKey: true })
    refuses(folder, reuses, 'keyFile.missing', /entity\.pem does not exist/)
  })

  it('is refused when others can use the key', () => {
    const folder = scratchFolder()
    create(folder)
    chmodSync(join(folder, 'entity.pem'), 0o640)
    const load = () => loadEntity(files, folder)
    refuses(folder, load, 'keyFile.permissions', /mode 0640.*chmod 600/)
    const again = () => create(folder, { reusesKey: true })
    refuses(folder, again, 'keyFile.permissions', /chmod 600/)
  })

  it('is refused with the descriptor of another entity, without one, or with a broken one', () => {
    const folder = scratchFolder()
    create(folder)
    const other = scratchFolder()
    create(other, {}, 2n)
    put(folder, 'entity.json', snapshotOf(other).get('entity.json')!)
    const load = () => loadEntity(files, folder)
    refuses(folder, load, 'provisioning.mismatch', /is of .*=, and entity\.pem .*; put the two/)
    put(folder, 'entity.json', '{"v": 2, "id": 1}')
    refuses(folder, load, 'provisioning.badFile', /is not the descriptor of an entity .*registry/)
    rmSync(join(folder, 'entity.json'))
    refuses(folder, load, 'provisioning.missing', /entity\.json does not exist; make an entity/)
    mkdirSync(join(folder, 'entity.json'))
    assert.throws(load, { reason: 'provisioning.unreadable' })
  })
})

describe('the entity of tests', () => {
  it('has the key that everybody knows, and that networks forbid', () => {
    const { entity, signer } = testEntity()
    assert.equal(toBase64(entity.id), 'TqUyj5Q+9vZtqu10yw6Zw7HEX3Ywe0JQA9vHyzY47TU=')
    assert.equal(anyChainSignatures('forbidden').forbidden.has(signer.publicKey), true)
    assert.equal(anyChainSignatures('allowed').forbidden.has(signer.publicKey), false)
  })
})
