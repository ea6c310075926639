import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { AddressBook } from '@wadi/comet-p2p/address-book'
import { decodeBook, encodeBook } from '@wadi/comet-p2p/book-file'
import { parseNetAddress, printNetAddress } from '@wadi/comet-p2p/net-address'
import { isLocal, isRoutable, isValidAddress } from '@wadi/comet-p2p/routability'
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
      // Whether it finds out by itself or is hung up on depends on who is faster.
      await go.hear(/^failed /)
      assert.deepEqual(own.network.peers(), [])
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

const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001020304'

/** What ours says of an address, in the words of the program. */
function describeAddress(text: string): string {
  try {
    const address = parseNetAddress(text)
    const facts = [isValidAddress(address), isRoutable(address), isLocal(address)]
    return [printNetAddress(address), ...facts].join(' ')
  } catch (error) {
    if (error instanceof CodedError) return '!'
    throw error
  }
}

/** Addresses around the borders of all ranges, and texts that are none. */
function someAddresses(): readonly string[] {
  const random = new SeededRandom(1n)
  const byte = () => random.bytes(1)[0]!
  const word = () => (random.bytes(2)[0]! * 256 + byte()).toString(16)
  const first = ['0', '1', '10', '127', '169', '172', '192', '224', '255']
  const second = ['0', '15', '16', '31', '32', '168', '254', '255']
  const v4 = first.flatMap((a) => second.map((b) => `${a}.${b}.${byte()}.${byte()}`))
  const heads = ['::', '::1', 'fe80::', 'fe80:0:0:1::', 'fc00::', 'fdff::', '2001::', '2001:10::']
  const more = [
    '2001:1f::',
    '2001:20::',
    '2001:db8::',
    '2001:db9::',
    '2002::',
    '64:ff9b::',
    '::ffff:',
  ]
  const v6 = [...heads, ...more].flatMap((head) =>
    [`${head}`, `${head}${word()}`].map((ip) => `[${ip.replace(/^(::1).+/, '$1')}]`),
  )
  const mapped = ['[::ffff:10.0.0.1]', '[::ffff:8.8.8.8]', '[::8.8.8.8]']
  const odd = ['1.2.3', '01.2.3.4', '1.2.3.4.5', '256.1.1.1', '[1.2.3.4]', '::1', '[::1', '[:::]']
  const hosts = [...v4, ...v6, ...mapped, ...odd].map((host) => `${ID}@${host}:26656`)
  const ports = ['0', '65535', '65536', '-1', '', '1a', '007'].map(
    (port) => `${ID}@1.2.3.4:${port}`,
  )
  return [...hosts, ...ports, `${ID}@`, '@1.2.3.4:5', `tcp://${ID}@1.2.3.4:5`, `${ID}x@1.2.3.4:5`]
}

describe('addresses of peers', { skip: stock.missing }, () => {
  it('are the same to both, routable to both, refused by both', () => {
    const texts = someAddresses()
    const input = texts.map((text) => `${text}\n`).join('')
    const lines = execFileSync(stock.path, ['addresses'], { input }).toString().split('\n')
    assert.deepEqual(texts.map(describeAddress), lines.slice(0, -1))
  })
})

describe('the file of an address book', { skip: stock.missing }, () => {
  it('of ours is read by theirs, and theirs by ours', () => {
    const clock = new FakeClock(Date.now())
    const book = new AddressBook({ clock, random: new SeededRandom(2n), routability: 'strict' })
    for (let i = 1; i <= 20; i++) {
      const address = parseNetAddress(`${toHex(new Uint8Array(20).fill(i))}@${30 + i}.1.2.3:26656`)
      book.add(address, address)
    }
    const path = join(mkdtempSync(join(tmpdir(), 'wadi-live-')), 'addrbook.json')
    writeFileSync(path, encodeBook(book.content()))
    const told = execFileSync(stock.path, ['book', path]).toString().split('\n')
    assert.ok(told.includes('size 20'), told.join('; '))
    const good = told.find((line) => line.startsWith('good '))!.slice('good '.length)
    const { key, entries } = decodeBook(readFileSync(path))
    assert.equal(key, book.key)
    assert.equal(entries.length, 20)
    const [old, ...others] = entries.filter(({ kind }) => kind === 'old')
    assert.deepEqual([printNetAddress(old!.address), others.length], [good, 0])
    const again = new AddressBook({
      clock,
      random: new SeededRandom(3n),
      routability: 'strict',
      key,
    })
    again.restore(entries)
    assert.deepEqual([again.size, again.isGood(old!.address.id)], [20, true])
  })
})
