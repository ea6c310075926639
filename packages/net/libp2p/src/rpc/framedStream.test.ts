import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Stream, StreamMessageEvent } from '@libp2p/interface'
import { frameOf } from '@wadi/cbor/framing'
import { endStream, readFrame, writeFrame } from './framedStream.ts'

/** As much of a stream as is used. */
class FakeStream extends EventTarget {
  status = 'open'
  readableEnded = false
  readBufferLength = 0
  readonly sent: Uint8Array[] = []
  hasRoom = true

  come(...bytes: readonly number[]): void {
    this.dispatchEvent(new StreamMessageEvent(Uint8Array.from(bytes)))
  }

  send(bytes: Uint8Array): boolean {
    this.sent.push(bytes)
    return this.hasRoom
  }

  onDrain({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  }

  abort(): void {
    this.status = 'aborted'
    this.dispatchEvent(new Event('close'))
  }
}

const reading = (stream: FakeStream, sizeMax = 10, msMax = 1000) =>
  readFrame(stream as unknown as Stream, { sizeMax, msMax })

describe('reading a frame', () => {
  it('puts it together from pieces, and ignores what follows', async () => {
    const stream = new FakeStream()
    const frame = reading(stream)
    stream.come(0, 0)
    stream.come(0, 2, 7)
    stream.come(8, 9, 9)
    assert.deepEqual(await frame, Uint8Array.of(7, 8))
  })

  it('refuses one that is announced longer than allowed, before it comes', async () => {
    const at = new FakeStream()
    const frame = reading(at, 2)
    at.come(0, 0, 0, 2, 1, 2)
    assert.equal((await frame).length, 2)
    const beyond = new FakeStream()
    const refused = reading(beyond, 2)
    beyond.come(0, 0, 0, 3)
    await assert.rejects(refused, { reason: 'cbor.frameTooLarge' })
  })

  it('refuses one that is cut off, in the middle or before', async () => {
    const middle = new FakeStream()
    const cut = reading(middle)
    middle.come(0, 0, 0, 2, 1)
    middle.dispatchEvent(new Event('end'))
    await assert.rejects(cut, { reason: 'libp2p.frameCutOff' })
    const over = new FakeStream()
    over.readableEnded = true
    await assert.rejects(reading(over), { reason: 'libp2p.frameCutOff' })
    const reset = new FakeStream()
    const lost = reading(reset)
    reset.abort()
    await assert.rejects(lost, { reason: 'libp2p.frameCutOff' })
  })

  it('refuses one that was read ahead and then stops', async () => {
    const stream = new FakeStream()
    stream.readableEnded = true
    stream.readBufferLength = 3
    const cut = reading(stream)
    stream.readBufferLength = 0
    stream.come(0, 0, 0)
    await assert.rejects(cut, { reason: 'libp2p.frameCutOff' })
  })

  it('refuses one that comes too slowly', async () => {
    const stream = new FakeStream()
    const slow = reading(stream, 10, 20)
    stream.come(0, 0, 0, 2, 1)
    await assert.rejects(slow, { reason: 'libp2p.tooLate' })
  })

  it('refuses one for which there is no room', async () => {
    const stream = new FakeStream()
    const sizes: number[] = []
    const hold = (size: number) => {
      sizes.push(size)
      return sizes.length < 2
    }
    const frame = readFrame(stream as unknown as Stream, { sizeMax: 10, msMax: 1000, hold })
    stream.come(0, 0, 0, 9)
    stream.come(1, 2, 3)
    await assert.rejects(frame, { reason: 'libp2p.tooManyRequests' })
    assert.deepEqual(sizes, [4, 3])
  })
})

describe('writing a frame', () => {
  it('goes in pieces that stop when the other side does not read, and gives up', async () => {
    const stream = new FakeStream()
    await writeFrame(stream as unknown as Stream, new Uint8Array(200_000), { msMax: 1000 })
    assert.deepEqual(Buffer.concat(stream.sent).length, 200_004)
    const stuck = new FakeStream()
    stuck.hasRoom = false
    const writing = writeFrame(stuck as unknown as Stream, new Uint8Array(200_000), { msMax: 20 })
    await assert.rejects(writing, { reason: 'libp2p.unwritten' })
    assert.equal(stuck.sent.length, 1)
    assert.equal(stuck.sent[0]!.length < frameOf(new Uint8Array(200_000)).length, true)
  })
})

describe('ending a stream', () => {
  const ending = { flushMs: 20, lingerMs: 20 }
  const closing = (close: (options: { readonly signal: AbortSignal }) => Promise<void>) =>
    Object.assign(new FakeStream(), { close })

  it('waits for what was written, then for the other side, then cuts it off', async () => {
    const stream = closing(() => Promise.resolve())
    await endStream(stream as unknown as Stream, ending)
    assert.equal(stream.status, 'open')
    await new Promise((resolve) => stream.addEventListener('close', resolve))
    assert.equal(stream.status, 'aborted')
  })

  it('cuts it off when nobody reads what was written', async () => {
    const stream = closing(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    await endStream(stream as unknown as Stream, ending)
    assert.equal(stream.status, 'aborted')
  })
})
