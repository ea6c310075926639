import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { decode, encode } from '@wadi/protobuf/codec'
import { oasisDialect, type SignatureDialect, stockDialect } from '@wadi/tendermint/dialect'
import { EphemeralKey } from '@wadi/tendermint/messages/connection'
import { buildProgram } from '../cbor/oracle.ts'
import { GoPeer } from './goPeer.ts'
import { CHANNEL, OwnPeer } from './ownPeer.ts'

const CHAIN = 'live-chain'

/** What the Go program takes for a message: bytes in a field. */
const wrap = (value: Uint8Array) => encode(EphemeralKey, { value })
const unwrap = (message: Uint8Array) => decode(EphemeralKey, message).value

/** Sizes around those of packets, frames and batches. */
const SIZES = [1, 1000, 1024, 1025, 65_535, 1_000_000]

async function listening(peer: GoPeer): Promise<string> {
  return (await peer.hear(/^listening /)).slice('listening '.length)
}

async function talk(go: GoPeer, own: OwnPeer): Promise<void> {
  const [peer] = own.network.peers()
  for (const size of SIZES) {
    const value = new Uint8Array(size).fill(9)
    const answer = own.nextMessage()
    assert.ok(peer!.send(CHANNEL.id, wrap(value)))
    const heard = await go.hear(/^received /)
    assert.equal(heard, `received ${size} ${toHex(sha256(value))}`)
    assert.deepEqual(unwrap(await answer), value.with(0, 0))
  }
  const told = own.nextMessage()
  go.tell('send 300000')
  assert.deepEqual(unwrap(await told), new Uint8Array(300_000).fill(7))
}

function comparePeers(dialect: SignatureDialect, flags: readonly string[]): void {
  const program = buildProgram(import.meta.dirname, flags)

  describe(`CometBFT's own p2p and ours, ${dialect.name}`, { skip: program.missing }, () => {
    it('become peers when ours dials, and messages of all sizes arrive', async () => {
      await using go = new GoPeer(program.path, 'peer', CHAIN)
      using own = new OwnPeer(dialect, CHAIN)
      await own.start()
      assert.equal(await own.dial(await listening(go)), 'connected')
      await go.hear(new RegExp(`^added ${own.network.id}$`))
      await talk(go, own)
    })

    it('become peers when theirs dials, and messages of all sizes arrive', async () => {
      await using go = new GoPeer(program.path, 'peer', CHAIN)
      using own = new OwnPeer(dialect, CHAIN)
      const address = await own.start()
      await listening(go)
      const added = own.nextPeer()
      go.tell(`dial ${address}`)
      const peer = await added
      assert.equal(peer.isOutbound, false)
      await go.hear(new RegExp(`^added ${own.network.id}$`))
      await talk(go, own)
    })

    it('notice when the other one leaves', async () => {
      await using go = new GoPeer(program.path, 'peer', CHAIN)
      using own = new OwnPeer(dialect, CHAIN)
      await own.start()
      assert.equal(await own.dial(await listening(go)), 'connected')
      await go.hear(/^added /)
      own.network.stop()
      await go.hear(new RegExp(`^removed ${own.network.id}$`))
    })

    it('refuse each other on different chains', async () => {
      await using go = new GoPeer(program.path, 'peer', 'another-chain')
      using own = new OwnPeer(dialect, CHAIN)
      const address = await own.start()
      assert.equal(await own.dial(await listening(go)), 'p2p.incompatible')
      go.tell(`dial ${address}`)
      await go.hear(/^failed incompatible: /)
    })
  })
}

comparePeers(stockDialect, [])
comparePeers(oasisDialect, ['-modfile=oasis.mod', '-tags=oasis'])

const stock = buildProgram(import.meta.dirname)
const oasis = buildProgram(import.meta.dirname, ['-modfile=oasis.mod', '-tags=oasis'])

describe('the two dialects', { skip: stock.missing || oasis.missing }, () => {
  it('do not understand each other', async () => {
    await using go = new GoPeer(oasis.path, 'peer', CHAIN)
    using own = new OwnPeer(stockDialect, CHAIN)
    await own.start()
    assert.equal(await own.dial(await listening(go)), 'p2p.badChallengeSignature')
  })
})
