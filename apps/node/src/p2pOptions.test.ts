import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { createLogger } from '@wadi/base/log'
import { checkNodeConfig } from '@wadi/node-config/node-config'
import { printNodeAddress } from '@wadi/primitives/nodeAddress'
import { p2pConfigOf } from './p2pOptions.ts'
import { PeerNames } from './peerNames.ts'

const KEY = toBase64(new Uint8Array(32).fill(7))

describe('the options of the network of runtimes', () => {
  it('keep the place of a peer whose host nobody knows', async () => {
    const said: string[] = []
    const log = createLogger('p2p', ({ sentence }) => said.push(sentence))
    const timers = { after: () => ({ cancel: () => undefined }) }
    const names = new PeerNames({ timers, log })
    const seeds = [`${KEY}@nobody.invalid:1`, `${KEY}@127.0.0.1:2`]
    const config = checkNodeConfig({
      p2p: { seeds, connection_manager: { persistent_peers: [`${KEY}@nobody.invalid:3`] } },
    })
    const found = await p2pConfigOf(config, names)
    assert.equal(found.seeds?.[0]?.address.ip, undefined, 'which nobody dials')
    assert.equal(printNodeAddress(found.seeds![1]!.address), '127.0.0.1:2')
    assert.equal(found.persistentPeers?.[0]?.address.ip, undefined)
    assert.equal(said.length, 2)
  })
})
