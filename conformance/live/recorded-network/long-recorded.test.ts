import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { isReferenceAbsent } from '@wadi/node-config/testing/reference-files'
import { Call, CallOutput, KeyArgs, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { missingBubblewrap } from '@wadi/runtime-host/testing/bubblewrap'
import type { NodeClient } from '@wadi/sdk/node-client'
import { type ProvisionedNode, WADI_NODE } from '../oasis-node/provisionedNode.ts'
import { recordedDocument } from './recordedGenesis.ts'
import { RecordedNetwork, KEYVALUE as runtimeId } from './recordedNetwork.ts'

const MS_MAX = 300_000
const CALL_MS_MAX = 120_000
const STOP_MS_MAX = 10_000
const POLL_MS = 500
const CALLS_MIN = 2
const [path, ...options] = WADI_NODE
const run = promisify(execFile)

function isAbsent(): string | false {
  if (isReferenceAbsent) return "the reference's command lines are not here"
  // The recorded files say that runtimes run in sandboxes.
  return missingBubblewrap
}

describe('the recorded network, with its key manager, compute nodes and client', {
  skip: isAbsent(),
}, () => {
  let network: RecordedNetwork
  let all: readonly ProvisionedNode[]
  let client: ProvisionedNode
  let senders = 0

  before(async () => {
    network = await RecordedNetwork.provision()
    all = [...network.nodes.values()]
    client = network.node('client-0')
    for (const node of all) node.start()
  })
  after(() => network?.[Symbol.asyncDispose]())

  /** Asks the client until something is so. */
  async function until(what: string, isSo: (client: NodeClient) => Promise<boolean>) {
    const end = performance.now() + MS_MAX
    for (;;) {
      for (const node of all) node.checkAlive()
      if ((await client.heightNow()) > 0n && (await client.ask(isSo))) return
      assert.ok(performance.now() < end, what)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** Calls the runtime at the client node, and gives the text that comes out. */
  function call(method: string, key: string, value?: string): Promise<string | undefined> {
    const args =
      value === undefined
        ? encodeRust(KeyArgs, make(KeyArgs, { key }))
        : encodeRust(KeyValueArgs, make(KeyValueArgs, { key, value }))
    const sender = toUtf8(`sender ${senders++}`)
    const data = encodeRust(Call, { sender, nonce: 0n, method, args })
    return client.ask(async ({ runtimeClient }) => {
      const patience = { timeoutMs: CALL_MS_MAX }
      const answer = await runtimeClient.submitTxMeta({ runtimeId, data }, patience)
      assert.equal(answer.checkTxError, undefined)
      const output = decodeRust(CallOutput, answer.data)
      assert.equal(output.kind, 'Success', String(output.body))
      return output.body.length === 0
        ? undefined
        : decodeRust(nilable(text), output.body as Uint8Array)
    })
  }

  it('begins as it was recorded, but for keys, times and bundles', () => {
    const ours = JSON.parse(readFileSync(network.genesisPath, 'utf8'))
    const theirs = recordedDocument()
    for (const [name, service] of Object.entries(theirs))
      assert.deepEqual(paramsOf(ours[name]), paramsOf(service), name)
    assert.equal(ours.staking.total_supply, theirs.staking.total_supply)
    assert.deepEqual(ours.keymanager, theirs['keymanager'])
    const bundled = ({
      deployments: [first],
      ...more
    }: (typeof theirs.registry.runtimes)[number]) => {
      return { ...more, deployment: { ...first, bundle_checksum: '' } }
    }
    const [own, recorded] = [ours, theirs].map(({ registry }) => registry.runtimes.map(bundled))
    assert.deepEqual(own, recorded)
  })

  it('registers everybody, and elects a committee that makes rounds', async () => {
    await until('a round that did not fail', async ({ rootHash }) => {
      const { lastNormalRound } = await rootHash.getRuntimeState({ runtimeId, height: 0n })
      return lastNormalRound > 0n
    })
    await client.ask(async ({ registry, nodeController }) => {
      const nodes = await registry.getNodes(0n)
      const count = (role: bigint | number) => nodes.filter(({ roles }) => roles === role).length
      assert.equal(count(ROLES.compute), 3)
      assert.equal(count(ROLES['key-manager']), 1)
      assert.equal(count(ROLES.validator), 4)
      const { runtimes } = await nodeController.getStatus()
      assert.ok((runtimes.get(runtimeId)?.latestRound ?? 0n) > 0n)
    })
  })

  it('takes an insertion at the client, and gives it back', async () => {
    assert.equal(await call('insert', 'key', 'value'), undefined)
    assert.equal(await call('get', 'key'), 'value')
    assert.equal(await call('remove', 'key'), 'value')
    assert.equal(await call('get', 'key'), undefined)
  })

  it('keeps what is encrypted with keys of the key manager', async () => {
    assert.equal(await call('enc_insert', 'key', 'secret'), undefined)
    assert.equal(await call('enc_get', 'key'), 'secret')
    assert.equal(await call('enc_remove', 'key'), 'secret')
    assert.equal(await call('enc_get', 'key'), undefined)
  })

  it('finds that everything of the runtime workload goes as it is reckoned', async () => {
    const ended = await run(path, [
      ...[...options, 'debug', 'txsource', '--workload', 'runtime', '--address', client.target],
      ...['--runtime.runtime_id', toHex(runtimeId), '--genesis.file', network.genesisPath],
      ...['--time_limit', '20s', '--gas_price', '1', '--debug.dont_blame_oasis'],
      ...['--debug.allow_test_keys', '--debug.test_entity'],
    ])
    assert.ok(ended.stdout.split('called the runtime').length > CALLS_MIN, ended.stdout)
    assert.match(ended.stdout, /"msg":"ends","workload":"runtime"/)
  })

  it('ends within seconds when it is asked to', async () => {
    const begun = performance.now()
    const ended = await Promise.all(all.map((node) => node.stop()))
    const ms = performance.now() - begun
    assert.deepEqual(new Set(ended.map(({ code }) => code)), new Set([0]))
    assert.ok(ms < STOP_MS_MAX, `${ms} ms`)
  })
})

/** The parameters of a service; of what is none, nothing. */
function paramsOf(service: unknown): unknown {
  return (service as { readonly params?: unknown } | null)?.params
}
