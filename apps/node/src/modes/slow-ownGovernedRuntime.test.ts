import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { decodeRust, encode, encodeRust } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Runtime, RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { AddEscrow } from '@wadi/consensus/staking/methods'
import type { Signer } from '@wadi/crypto/signature/signer'
import { Call, CallOutput, KeyValueArgs, UpdateRuntimeArgs } from '@wadi/paratime-keyvalue/call'
import { runtimeAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import type { NodeClient } from '@wadi/sdk/node-client'
import { makeComputeNetwork, startNodes } from '../testing/computeNetwork.ts'
import { submitAs, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-governed-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const { id: runtimeId } = PARATIMES.keyvalue
const { entity: BY_ENTITY, runtime: BY_RUNTIME } = RuntimeGovernanceModel.names
const LAST_HEIGHT = 0n
const STAKE = 1000n

/** Runtimes may govern themselves. */
function change(document: GenesisDocument): GenesisDocument {
  const models = [BY_ENTITY, BY_RUNTIME].map((model) => [model, true] as const)
  const enableRuntimeGovernanceModels = keyedMap(RuntimeGovernanceModel, models)
  const params = { ...document.registry.params, enableRuntimeGovernanceModels }
  return { ...document, registry: { ...document.registry, params } }
}

async function descriptorOf({ registry }: NodeClient): Promise<Runtime> {
  return await registry.getRuntime({ height: LAST_HEIGHT, id: runtimeId, includeSuspended: true })
}

/** The same with room for so many messages in a round. */
function withMessages(runtime: Runtime, maxMessages: number): Runtime {
  return { ...runtime, executor: { ...runtime.executor, maxMessages } }
}

/** Somebody with a node of the network. */
class Somebody {
  readonly #client: NodeClient
  readonly #network: NetworkGenesis
  #nonce = 0n

  constructor(client: NodeClient, network: NetworkGenesis) {
    this.#client = client
    this.#network = network
  }

  /** Calls the consensus layer. */
  async submit(signer: Signer, method: string, body: Uint8Array): Promise<void> {
    const { chainContext } = this.#network
    await submitAs(signer, { client: this.#client, chainContext }, { method, body })
  }

  /** Calls the runtime, and gives the round. */
  async call(method: string, args: Uint8Array): Promise<bigint> {
    const call = { sender: toUtf8('somebody'), nonce: this.#nonce++, method, args }
    const data = encodeRust(Call, call)
    const meta = await this.#client.runtimeClient.submitTxMeta({ runtimeId, data })
    const output = decodeRust(CallOutput, meta.data)
    assert.equal(output.kind, 'Success', `${output.body}`)
    return meta.round
  }

  /** Has the runtime ask for another descriptor of itself; gives what came of it. */
  async updateRuntime(updateRuntime: Runtime) {
    const { rootHash, consensus } = this.#client
    const round = await this.call(
      'update_runtime',
      encodeRust(UpdateRuntimeArgs, { updateRuntime }),
    )
    // The next round may be there already.
    for (let height = await consensus.getLatestHeight(); ; height--) {
      const { header } = await rootHash.getLatestBlock({ runtimeId, height })
      assert.ok(header.round >= round)
      if (header.round > round) continue
      const { messages } = await rootHash.getLastRoundResults({ runtimeId, height })
      return messages
    }
  }
}

describe('a runtime that governs itself', () => {
  it('changes its descriptor by a message, and nobody else does', async () => {
    const { network, folders } = await makeComputeNetwork({
      folder,
      seed: 'governed',
      blockMs: 250n,
      epochBlocks: 20n,
      change,
    })
    const stop = await startNodes(folders)
    await withClient(folders[1].dataDir, async (client) => {
      const somebody = new Somebody(client, network)
      const owner = network.workers[0]!.keys.entity.signer
      const register = (runtime: Runtime) =>
        somebody.submit(owner, 'registry.RegisterRuntime', encode(Runtime, runtime))
      const insert = (value: string) => {
        const args = { key: 'key', value, generation: 0n, churpId: 0 }
        return somebody.call('insert', encodeRust(KeyValueArgs, args))
      }
      const rounds = client.runtimeClient.watchBlocks(runtimeId)
      for await (const { block } of rounds)
        if (block.header.headerType === HEADER_TYPES.normal && block.header.round > 0n) break
      await insert('owned')
      const given = await descriptorOf(client)
      assert.equal(given.governanceModel, BY_ENTITY)

      // Whoever does not govern itself is not heard.
      const early = withMessages(given, 7)
      assert.deepEqual(
        (await somebody.updateRuntime(early)).map((one) => [one?.module, one?.code]),
        [['registry', 12]],
      )

      // Who governs stakes for it: the runtime needs something of its own before it is given away.
      const account = runtimeAddress(runtimeId)
      const body = encode(AddEscrow, { account, amount: quantity(STAKE) })
      await somebody.submit(network.accounts[0]!.signer, 'staking.AddEscrow', body)
      await register({ ...given, governanceModel: BY_RUNTIME })
      await assert.rejects(register(withMessages(await descriptorOf(client), 8)), {
        module: 'registry',
        code: 16,
      })

      const own = withMessages(await descriptorOf(client), 9)
      assert.equal(own.governanceModel, BY_RUNTIME)
      const [changed] = await somebody.updateRuntime(own)
      assert.deepEqual([changed?.module, changed?.code], ['', 0])
      assert.deepEqual(await descriptorOf(client), own)
      assert.deepEqual(decodeRust(Runtime, changed!.result), own)

      // It cannot be given back.
      const back = { ...withMessages(own, 10), governanceModel: BY_ENTITY }
      const [refused] = await somebody.updateRuntime(back)
      assert.deepEqual([refused?.module, refused?.code], ['registry', 18])
      assert.deepEqual(await descriptorOf(client), own)
      await insert('free')
    })
    await stop()
  })
})
