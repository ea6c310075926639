/** A network provisioned and started by the recorded command lines of the reference's tooling. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@wadi/base/errors'
import { recordedInvocations } from '@wadi/node/testing/recorded'
import type { ProvisionedNode } from './provisionedNode.ts'
import { entityUpdate, publicKeyIn, RecordedFolder, withFlags } from './recordedFolder.ts'

const ENTITY = '$NET/entity-1'
const VALIDATORS = 4

/** What is said otherwise than recorded. */
export interface ProvisioningChoices {
  /** Flags of `genesis init`, by name. */
  readonly genesis?: Readonly<Record<string, string>>
  /** Changes the file of every node. */
  readonly config?: (text: string) => string
}

/** See the top of this file. Folders are below a scratch folder that goes with it. */
export class ProvisionedNetwork implements AsyncDisposable {
  readonly nodes = new Map<string, ProvisionedNode>()
  readonly #folder: RecordedFolder
  readonly #choices: ProvisioningChoices
  #seedKey = ''
  #entityId = ''

  private constructor(folder: RecordedFolder, choices: ProvisioningChoices) {
    this.#folder = folder
    this.#choices = choices
  }

  /** Makes the folders of a seed, four validators and their entity, and the genesis document. */
  static async provision(choices: ProvisioningChoices = {}): Promise<ProvisionedNetwork> {
    const network = new ProvisionedNetwork(await RecordedFolder.make(), choices)
    network.#provision()
    return network
  }

  get folder(): string {
    return this.#folder.path
  }

  /** A node that is to be run, with the recorded file of its kind. */
  addNode(name: string, change: (config: string) => string = (text) => text): ProvisionedNode {
    const terms = { seedKey: this.#seedKey, entityId: this.#entityId }
    const { config = (text: string) => text } = this.#choices
    const node = this.#folder.makeNode(name, terms, (recorded) => config(change(recorded)))
    this.nodes.set(name, node)
    return node
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.kill()))
    this.#folder[Symbol.dispose]()
  }

  #provision(): void {
    const entity = this.#folder.makeFolder('entity-1')
    const init = recordedInvocations('registry', 'entity', 'init').find(
      (words) => words.includes(ENTITY) && !words.includes('--entity.reuse_signer'),
    )
    assert(init !== undefined, 'an entity was initialised')
    this.#folder.run(init)
    const { id } = JSON.parse(readFileSync(join(entity, 'entity.json'), 'utf8'))
    this.#entityId = id
    // Nothing was recorded of it: whoever launched the seed had made its key before.
    const seed = this.#folder.makeFolder('seed-0')
    this.#folder.run(['identity', 'init', '--datadir', seed])
    this.#seedKey = publicKeyIn(seed, 'p2p')
    this.addNode('seed-0')
    const ids: string[] = []
    for (let i = 0; i < VALIDATORS; i++) {
      const { configPath, folder } = this.addNode(`validator-${i}`)
      this.#initNode(configPath)
      ids.push(publicKeyIn(folder, 'identity'))
      this.#folder.run(entityUpdate(ids, ENTITY))
    }
    writeFileSync(join(this.folder, 'staking_genesis.json'), JSON.stringify(STAKING))
    this.#initGenesis()
  }

  #initNode(configPath: string): void {
    const own = configPath.replace(this.folder, '$NET')
    const words = recordedInvocations('registry', 'node', 'init').find((each) => each.includes(own))
    assert(words !== undefined, `${own} was initialised`)
    this.#folder.run(withFlags(words, { 'node.entity_id': this.#entityId, 'signer.dir': ENTITY }))
  }

  #initGenesis(): void {
    const words = recordedInvocations('genesis', 'init').find(
      (each) =>
        each.includes('$NET/validator-3/node_genesis.json') &&
        !each.some((word) => word.includes('keymanager') || word.includes('entity-2')),
    )
    assert(words !== undefined, 'a network of four validators of one entity was begun')
    this.#folder.run(withFlags(words, this.#choices.genesis ?? {}))
  }
}

const STAKING = {
  total_supply: '1000000',
  common_pool: '1000000',
  ledger: {},
  params: {
    debonding_interval: 1,
    min_delegation: '10',
    fee_split_weight_vote: '1',
    fee_split_weight_next_propose: '1',
    fee_split_weight_propose: '2',
    commission_schedule_rules: {},
    thresholds: Object.fromEntries(
      [
        ...['entity', 'node-validator', 'node-compute', 'node-keymanager', 'node-observer'],
        ...['runtime-compute', 'runtime-keymanager', 'keymanager-churp'],
      ].map((kind) => [kind, '0']),
    ),
  },
}
