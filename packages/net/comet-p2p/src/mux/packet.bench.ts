import { encode } from '@wadi/protobuf/codec'
import { Packet } from '@wadi/tendermint/messages/connection'
import { bench, run, summary } from 'mitata'
import { decodeAny, decodePacket, PacketWriter } from './packet.ts'

const data = new Uint8Array(1024).fill(7)
const value = { kind: 'message', body: { channelId: 0x20, eof: false, data } } as const
const bytes = encode(Packet, value)
const writer = new PacketWriter(65_536)

summary(() => {
  bench('read a piece by its schema', () => decodeAny(bytes))
  bench('read a piece by hand', () => decodePacket(bytes))
})
summary(() => {
  bench('write a piece by its schema', () => encode(Packet, value))
  bench('write a piece by hand', () => {
    writer.piece(0x20, data, false)
    writer.take()
  })
})

await run()
