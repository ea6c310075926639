import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { make, zero } from '@wadi/cbor/codec'
import { PortChooser } from '@wadi/compose/free-ports'
import { Account, GeneralAccount } from '@wadi/consensus/staking'
import { printAddress } from '@wadi/primitives/address'
import type { NodeClient } from '@wadi/sdk/node-client'
import { localAccount } from './accounts.ts'
import { type Faucet, openFaucet } from './faucet.ts'
import { FAUCET_REQUEST_BYTES_MAX } from './limits.ts'

/** A node that takes whatever is submitted, when it is told to. */
let submitted = 0
let whenAsked = Promise.resolve()
const client = {
  staking: { account: async () => make(Account, { general: zero(GeneralAccount) }) },
  consensus: {
    submitTx: async () => {
      submitted++
      await whenAsked
    },
  },
} as unknown as NodeClient

const somebody = printAddress(localAccount(99).address)

describe('a faucet', () => {
  let port = 0
  let faucet: Faucet
  const ask = (body: string) => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })

  before(async () => {
    port = await new PortChooser('any').choose(0)
    const from = localAccount(0)
    faucet = await openFaucet({ port, client, chainContext: '00'.repeat(32), from })
  })
  after(() => faucet.close())

  /** What would have ended the process of a network. */
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  before(() => process.on('unhandledRejection', note))
  after(() => process.off('unhandledRejection', note))

  /** Says it, and hangs up when `until` is over. */
  async function hangUp(said: string, until: (socket: Socket) => Promise<unknown>): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port })
    await once(socket, 'connect')
    socket.write(said)
    await until(socket)
    const closed = once(socket, 'close')
    socket.resetAndDestroy()
    await closed
  }
  const head = (size: number) =>
    `POST / HTTP/1.1\r\nhost: faucet\r\ncontent-length: ${size}\r\nexpect: 100-continue\r\n\r\n`

  it('outlives who hangs up in the middle of a request', async () => {
    for (let i = 0; i < 20; i++)
      await hangUp(head(somebody.length), async (socket) => {
        // It reads, and has a part.
        await once(socket, 'data')
        socket.write('oasis1')
      })
    assert.equal((await ask(somebody)).status, 200)
    assert.deepEqual(unhandled, [])
  })

  it('outlives who hangs up before the gift is made', async () => {
    const held = Promise.withResolvers<void>()
    whenAsked = held.promise
    const before = submitted
    await hangUp(head(somebody.length) + somebody, async () => {
      while (submitted === before) await new Promise(setImmediate)
    })
    held.resolve()
    assert.equal((await ask(somebody)).status, 200)
    assert.deepEqual(unhandled, [])
  })

  it('answers a request that is as large as it can be, and refuses a larger one', async () => {
    const padded = (size: number) => somebody.padEnd(size)
    assert.equal((await ask(padded(FAUCET_REQUEST_BYTES_MAX))).status, 200)
    const larger = await ask(padded(FAUCET_REQUEST_BYTES_MAX + 1))
    assert.equal(larger.status, 413)
    assert.equal(await larger.text(), 'a request has 1024 bytes at most: an address alone\n')
    assert.equal((await ask('oasis1nobody')).status, 400)
  })
})
