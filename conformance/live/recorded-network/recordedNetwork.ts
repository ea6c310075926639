/**
 * The network of which all files and command lines were recorded: a seed, four validators of four
 * entities, a key manager, three compute nodes and a client. What is said otherwise than recorded:
 *
 * - folders and ports;
 * - keys, and with them addresses: the private halves were never told. Those of entities were there
 *   before (`--entity.reuse_signer`);
 * - what is in the bundles: programs of this house, and so other checksums.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { writeProgramBundle } from '@wadi/compose/testing/program-bundle'
import { recordedInvocations } from '@wadi/node/testing/recorded'
import type { ProvisionedNode } from '../oasis-node/provisionedNode.ts'
import {
  entityUpdate,
  publicKeyIn,
  RecordedFolder,
  withFlags,
} from '../oasis-node/recordedFolder.ts'
import { recordedDocument, runtimeGenesis, stakingGenesis } from './recordedGenesis.ts'

/** The first entity has all nodes but three validators. */
const NODES_OF_ENTITY = {
  'entity-1': ['validator-0', 'keymanager-0', 'compute-0', 'compute-1', 'compute-2'],
  'entity-2': ['validator-1'],
  'entity-3': ['validator-2'],
  'entity-4': ['validator-3'],
} as const

/** The folders of the runtimes are numbered. */
const RUNTIMES = [KEY_MANAGER, PARATIMES.keyvalue] as const

/** The runtime with pairs of keys and values. */
export const KEYVALUE = PARATIMES.keyvalue.id

/** See the top of this file. */
export class RecordedNetwork implements AsyncDisposable {
  readonly nodes = new Map<string, ProvisionedNode>()
  readonly #folder: RecordedFolder
  #seedKey = ''
  readonly #entityIds = new Map<string, string>()
  readonly #nodeIds = new Map<string, string>()

  private constructor(folder: RecordedFolder) {
    this.#folder = folder
  }

  /** Makes all folders, and the genesis document. */
  static async provision(): Promise<RecordedNetwork> {
    const network = new RecordedNetwork(await RecordedFolder.make())
    network.#provision()
    return network
  }

  get genesisPath(): string {
    return join(this.#folder.path, 'genesis.json')
  }

  /** A node of that name. */
  node(name: string): ProvisionedNode {
    const node = this.nodes.get(name)
    assert(node !== undefined, `there is a node ${name}`)
    return node
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.kill()))
    this.#folder[Symbol.dispose]()
  }

  #provision(): void {
    // Nothing was recorded of it: whoever launched a node had made its key before.
    this.#seedKey = publicKeyIn(this.#identityOf('seed-0'), 'p2p')
    this.#addNode('seed-0', '')
    for (const [entity, names] of Object.entries(NODES_OF_ENTITY)) this.#addEntity(entity, names)
    this.#addNode('client-0', '')
    this.#writeRuntimes()
    this.#writeKeyManager()
    const ours = new Map([...this.#entityIds, ...this.#nodeIds])
    this.#write('staking_genesis.json', stakingGenesis(recordedDocument(), ours))
    this.#run(
      ['genesis', 'init'],
      '$NET/keymanager-0/keymanager_status.json',
      '$NET/entity-4/entity_genesis.json',
    )
  }

  #addEntity(entity: string, names: readonly string[]): void {
    const folder = this.#folder.makeFolder(entity)
    const signerDir = `$NET/${entity}`
    const words = this.#find(['registry', 'entity', 'init'], (each) => each.includes(signerDir))
    this.#folder.run(words.filter((word) => word !== '--entity.reuse_signer'))
    const { id } = JSON.parse(readFileSync(join(folder, 'entity.json'), 'utf8'))
    this.#entityIds.set(entity, id)
    for (const name of names) this.#initNode(this.#addNode(name, id), { entityId: id, signerDir })
    const ids = names.map((name) => this.#nodeIds.get(name)!)
    this.#folder.run(entityUpdate(ids, signerDir))
  }

  /** Validators are in the genesis document; the others register. */
  #initNode(
    { name, folder }: ProvisionedNode,
    { entityId, signerDir }: { readonly entityId: string; readonly signerDir: string },
  ): void {
    if (name.startsWith('validator')) {
      const config = `$NET/${name}/config.yaml`
      const words = this.#find(['registry', 'node', 'init'], (each) => each.includes(config))
      const own = { 'node.entity_id': entityId, 'signer.dir': signerDir }
      this.#folder.run(withFlags(words, own))
    } else this.#identityOf(name)
    this.#nodeIds.set(name, publicKeyIn(folder, 'identity'))
  }

  #addNode(name: string, entityId: string): ProvisionedNode {
    const terms = { seedKey: this.#seedKey, entityId }
    const node = this.#folder.makeNode(name, terms, (recorded) => recorded)
    this.nodes.set(name, node)
    return node
  }

  #identityOf(name: string): string {
    const folder = this.#folder.makeFolder(name)
    this.#folder.run(['identity', 'init', '--datadir', folder])
    return folder
  }

  #writeRuntimes(): void {
    for (const [i, { name, id, version }] of RUNTIMES.entries()) {
      const own = `runtime-${toHex(id)}-${i}`
      const path = join(this.#folder.makeFolder(own), 'bundle-0.orc')
      const module = new URL(import.meta.resolve(`@wadi/runtime-guest/programs/${name}`))
      const hash = writeProgramBundle(path, { id, version, module })
      this.#write(
        `${own}/runtime_genesis.json`,
        runtimeGenesis(recordedDocument(), toHex(id), hash),
      )
    }
  }

  #writeKeyManager(): void {
    this.#folder.makeFolder('keymanager-policy-1')
    this.#run(['keymanager', 'init_policy'])
    for (const key of ['1', '2', '3']) this.#run(['keymanager', 'sign_policy'], key)
    this.#run(['keymanager', 'init_status'], '--keymanager.policy.file')
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder.path, name), text)
  }

  /** Runs the recorded command that has all these words. */
  #run(start: readonly string[], ...words: readonly string[]): void {
    this.#folder.run(this.#find(start, (all) => words.every((word) => all.includes(word))))
  }

  #find(start: readonly string[], isIt: (words: readonly string[]) => boolean): readonly string[] {
    const found = recordedInvocations(...start).find(isIt)
    assert(found !== undefined, `it was recorded: ${start.join(' ')}`)
    return found
  }
}
