import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { zero } from '@wadi/cbor/codec'
import { RandomValue } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { Parameters } from '@wadi/consensus/consensus'
import * as keys from '@wadi/consensus/consensus/keys'
import { write } from '@wadi/consensus-services/kernel/state'
import { TAKEN_IN } from '@wadi/node-api/testing/test-facts'
import { runWords } from '../testing/runWords.ts'
import { ServedChain } from '../testing/servedChain.ts'
import { debugCommands } from './debugCommands.ts'

const debug = (...words: readonly string[]) => runWords(debugCommands, ...words)

describe('debug control', () => {
  it('waits for nodes that are there already', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    const words = ['control', 'wait-nodes', '-a', chain.address, '-n', '0']
    assert.deepEqual(await debug(...words), { code: 0, out: '', err: '' })
    const { code, err } = await debug('control', 'wait-nodes', '--nodes=-1', '-a', chain.address)
    assert.equal(code, 2)
    assert.match(err, /--nodes is -1; give a number from 0/)
  })

  it('waits for a node to be ready', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    assert.equal((await debug('control', 'wait-ready', '-a', chain.address)).code, 0)
  })

  it('tells why an epoch cannot be set', async () => {
    const refusal = { code: 4, codespace: 'beacon', log: 'beacon: no mock' }
    await using chain = await ServedChain.serve({
      live: { checkTx: () => ({ ...TAKEN_IN, response: { ...TAKEN_IN.response, ...refusal } }) },
    })
    chain.chain.add({ writeState: (tree) => write(tree, keys.parameters, [], zero(Parameters)) })
    const { code, err } = await debug('control', 'set-epoch', '-e', '5', '-a', chain.address)
    assert.equal(code, 4)
    assert.equal(err, 'Error: the node refuses DebugController/SetEpoch: beacon: no mock\n')
    assert.match((await debug('control', 'set-epoch', '--epoch=-1')).err, /--epoch is -1; give/)
  })
})

describe('debug beacon', () => {
  it('shows the randomness of the epoch', async () => {
    await using chain = await ServedChain.serve()
    const value = RandomValue.check(new Uint8Array(32).fill(1))
    chain.chain.add({ writeState: (tree) => write(tree, beaconKeys.randomValue, [], value) })
    const { code, out } = await debug('beacon', 'status', '-a', chain.address)
    assert.equal(code, 0)
    assert.equal(out, `{\n  "Beacon": "${toBase64(value)}"\n}\n`)
  })
})
