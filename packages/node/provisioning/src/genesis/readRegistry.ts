/** What is registered from the beginning, out of the files that say so. */

import { toHex } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { keyedMap, mapOf } from '@wadi/cbor/collections'
import { nilable } from '@wadi/cbor/struct'
import {
  Genesis as KeymanagerGenesis,
  Parameters as KeymanagerParameters,
  Status,
} from '@wadi/consensus/keymanager'
import { Genesis as RegistryGenesis } from '@wadi/consensus/registry'
import { Runtime } from '@wadi/consensus/registry/runtime'
import { GenesisRuntimeState, Genesis as RoothashGenesis } from '@wadi/consensus/roothash'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { Entity, SignedEntity } from '@wadi/primitives/entity'
import { openSigned } from '@wadi/primitives/envelope'
import { Namespace } from '@wadi/primitives/namespace'
import { MultiSignedNode } from '@wadi/primitives/node'
import { signEntity } from '../entity/entityFolder.ts'
import { testEntity } from '../entity/testEntity.ts'
import { errors } from '../errors.ts'
import { fromFile, readNamedJson } from '../namedFile.ts'
import { gasCosts } from './gasCosts.ts'
import type { GenesisSources, RegistrySettings, RoothashSettings } from './genesisSettings.ts'
import { registryParameters, roothashParameters } from './sectionParameters.ts'

/** What files are read with. */
export interface ReadingTerms {
  readonly files: FileSystem
  /** Who may not sign on any chain. */
  readonly signatures: SignatureRules
}

function entitiesOf(sources: GenesisSources, terms: ReadingTerms): readonly SignedEntity[] {
  const context = contextOf(contexts.registerEntity)
  const found = new Map<string, SignedEntity>()
  for (const path of sources.entities) {
    const remedy = 'make it with `registry entity init`, as entity_genesis.json'
    const named = { path, what: "an entity's signed descriptor", remedy }
    const signed = readNamedJson(terms.files, named, SignedEntity)
    const { value } = fromFile(named, () => openSigned(terms.signatures, context, Entity, signed))
    // COMPAT(oasis-core): who is named twice is taken once.
    const key = toHex(value.id)
    if (!found.has(key)) found.set(key, signed)
  }
  if (!sources.hasTestEntity) return [...found.values()]
  const owned = testEntity()
  if (found.has(toHex(owned.entity.id)))
    throw errors.badValue('--entity names the entity of tests; leave out --debug.test_entity')
  return [...found.values(), signEntity(owned)]
}

/** The registry's section. */
export function readRegistry(
  settings: RegistrySettings,
  sources: GenesisSources,
  terms: ReadingTerms,
): RegistryGenesis {
  const { files } = terms
  return make(RegistryGenesis, {
    params: registryParameters(settings),
    entities: entitiesOf(sources, terms),
    runtimes: sources.runtimes.map((path) => {
      const remedy = 'name a file with one with --runtime'
      return readNamedJson(files, { path, what: "a runtime's descriptor", remedy }, Runtime)
    }),
    nodes: sources.nodes.map((path) => {
      const remedy = 'make it with `registry node init`, as node_genesis.json'
      const named = { path, what: "a node's signed descriptor", remedy }
      return readNamedJson(files, named, MultiSignedNode)
    }),
  })
}

const RuntimeStates = mapOf(Namespace, nilable(GenesisRuntimeState))

/** Roothash's section: where runtimes go on. Each is told about once. */
export function readRoothash(
  settings: RoothashSettings,
  { roothash }: GenesisSources,
  { files }: ReadingTerms,
): RoothashGenesis {
  const states = new Map<string, readonly [Namespace, GenesisRuntimeState | undefined]>()
  for (const path of roothash) {
    const remedy = 'name a file with them with --roothash'
    const named = { path, what: 'the states of runtimes by their identifiers', remedy }
    for (const [id, state] of readNamedJson(files, named, RuntimeStates)) {
      if (states.has(toHex(id)))
        throw errors.badValue(
          `${path} tells about runtime ${toHex(id)}, which another file does; keep one of the two`,
        )
      states.set(toHex(id), [id, state])
    }
  }
  return make(RoothashGenesis, {
    params: roothashParameters(settings),
    runtimeStates: keyedMap<Namespace, GenesisRuntimeState | undefined>(Namespace, [
      ...states.values(),
    ]),
  })
}

const KEYMANAGER_GAS = gasCosts(
  'update_policy',
  'publish_master_secret',
  'publish_ephemeral_secret',
)

/** The key manager's section. */
export function readKeymanager(
  { keymanager }: GenesisSources,
  { files }: ReadingTerms,
): KeymanagerGenesis {
  return make(KeymanagerGenesis, {
    params: make(KeymanagerParameters, { gasCosts: KEYMANAGER_GAS }),
    statuses: keymanager.map((path) => {
      const remedy = 'make it with `keymanager init_status`'
      return readNamedJson(files, { path, what: 'the status of a key manager', remedy }, Status)
    }),
  })
}
