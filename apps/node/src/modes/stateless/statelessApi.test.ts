import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { Block } from '@wadi/consensus/consensus/block'
import { type Status, StatusState } from '@wadi/consensus/consensus/status'
import { createNodeClient } from '@wadi/sdk/node-client'
import { createStatelessApi, type StatelessParts } from './statelessApi.ts'

describe('what a node without a state says of itself', () => {
  it('is synced and ready as long as it follows the chain, and no longer', async () => {
    let synced = Promise.withResolvers<void>()
    const follower = {
      latest: { ...zero(Block), height: 7n },
      isFollowing: false,
      get synced() {
        return synced.promise
      },
    }
    const nobody = {
      unary: () => Promise.reject(new BugError('nobody is asked')),
      stream: () => {
        throw new BugError('nobody is asked')
      },
    }
    const client = createNodeClient(nobody)
    const light = { client: { ...client, beacon: { ...client.beacon, getEpoch: async () => 3n } } }
    const { document } = createNetworkGenesis({ seed: 'stateless', validators: 1 })
    const parts = { follower, provider: nobody, light, document }
    const { methods } = createStatelessApi(parts as unknown as StatelessParts)
    const ask = (name: string, signal?: AbortSignal) =>
      methods[`NodeController/${name}`]!.answer(undefined, signal === undefined ? {} : { signal })
    const said = () => [ask('IsSynced'), ask('IsReady')]
    const { ready, syncing } = StatusState.names
    const state = async () => {
      const status = (await methods['Consensus/GetStatus']!.answer(undefined, {})) as Status
      return [status.status, status.latestHeight]
    }
    assert.deepEqual(said(), [false, false])
    follower.isFollowing = true
    synced.resolve()
    assert.deepEqual(said(), [true, true])
    assert.deepEqual(await state(), [ready, 7n])
    await ask('WaitSync')
    follower.isFollowing = false
    synced = Promise.withResolvers()
    assert.deepEqual(said(), [false, false])
    assert.deepEqual(await state(), [syncing, 7n])
    const waiting = ask('WaitReady')
    synced.resolve()
    await waiting
  })
})
