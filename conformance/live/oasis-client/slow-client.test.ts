import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as oasis from '@oasisprotocol/client'
import { MNEMONIC } from '@wadi/localnet/accounts'
import { createNetwork, type LocalNetwork, type NetworkNode } from '@wadi/localnet/create-network'
import { checks } from './checks.ts'
import type { Scene } from './scene.ts'
import { findChromium, type OpenPage, openPage } from './testing/chromium.ts'
import type { PageResult } from './testing/page.ts'
import { PageServer } from './testing/pageServer.ts'
import { XmlHttpRequest } from './testing/xmlHttpRequest.ts'

/** A check does not take so long, however busy the machine is. */
const CHECK_MS_MAX = 30_000

const chromium = findChromium()

async function untilSecondBlock({ client }: NetworkNode): Promise<void> {
  for await (const { height } of client.consensus.watchBlocks()) if (height > 1n) return
  assert.fail('the node tells no more blocks')
}

describe('the published @oasisprotocol/client, over gRPC-web', () => {
  let network: LocalNetwork
  let url: string
  let secretKey: Uint8Array

  before(async () => {
    Object.assign(globalThis, { XMLHttpRequest: XmlHttpRequest })
    // Short epochs, for what is decided at their end.
    const quick = { validators: 1, blockMs: 50, epochBlocks: 10 }
    network = await createNetwork({ ...quick, processes: 'each' })
    const [node] = network.nodes
    url = `http://127.0.0.1:${node!.apiPort}`
    await untilSecondBlock(node!)
    const signer = await oasis.hdkey.HDKey.getAccountSigner(MNEMONIC, 0)
    secretKey = signer.secretKey
  })

  after(async () => {
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest')
    await network.stop()
  })

  it('derives the funded accounts from their words', async () => {
    for (const [i, { address }] of network.accounts.slice(0, 3).entries()) {
      const { publicKey } = await oasis.hdkey.HDKey.getAccountSigner(MNEMONIC, i)
      assert.deepEqual(oasis.staking.addressFromPublicKey(publicKey), address)
    }
  })

  describe('in Node', () => {
    let scene: Scene
    before(() => {
      scene = { oasis, client: new oasis.client.NodeInternal(url), secretKey }
    })
    for (const { name, run } of checks)
      it(name, { timeout: CHECK_MS_MAX }, async () => {
        await run(scene)
      })
  })

  describe('in Chromium', { skip: chromium.missing }, () => {
    const results = new Map(checks.map(({ name }) => [name, Promise.withResolvers<PageResult>()]))
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => undefined)
    let server: PageServer
    let page: OpenPage

    const onResult = (result: PageResult) => {
      const waiting = results.get(result.name)
      if (waiting === undefined) broken.reject(new Error(`${result.name}: ${result.failure}`))
      else waiting.resolve(result)
    }

    before(async () => {
      const options = { url, secretKey: oasis.misc.toHex(secretKey) }
      server = await PageServer.start(options, onResult)
      page = openPage(chromium, server.url)
    })

    after(async () => {
      await page.close()
      server.close()
    })

    for (const { name } of checks)
      it(name, { timeout: CHECK_MS_MAX }, async ({ signal }) => {
        // What waits for a page that tells nothing does not wait once more.
        const onLate = () => broken.reject(new Error(`the page is late; Chromium: ${page.said()}`))
        signal.addEventListener('abort', onLate)
        const { failure } = await Promise.race([results.get(name)!.promise, broken.promise])
        signal.removeEventListener('abort', onLate)
        assert.equal(failure, undefined)
      })
  })
})
