import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import fc from 'fast-check'
import { PORT_PIECE_BYTES_MAX, PORT_ROOM_BYTES } from './limits.ts'
import { PortStream } from './portStream.ts'

function streams(): readonly [PortStream, PortStream] {
  const { port1, port2 } = new MessageChannel()
  return [new PortStream(port1), new PortStream(port2)]
}

/** A stream whose other side keeps to nothing. */
function besideRawPort(): readonly [PortStream, MessagePort] {
  const { port1, port2 } = new MessageChannel()
  port2.unref()
  return [new PortStream(port1), port2]
}

async function failureOf(stream: PortStream): Promise<unknown> {
  try {
    for await (const _piece of stream);
  } catch (error) {
    return error
  }
  return undefined
}

describe('a stream over a port', () => {
  it('carries any pieces, the large ones without a copy, until it ends', async () => {
    const pieces = fc.array(fc.nat({ max: 3 * PORT_ROOM_BYTES }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(pieces, async (sizes) => {
        const [near, far] = streams()
        await near.opened
        const sent = sizes.map((size, i) => new Uint8Array(size).fill(i + 1))
        const expected = sizes.map((size, i) => `${size} ${size > 0 ? i + 1 : 0}`)
        for (const piece of sent) near.write(piece)
        near.end()
        const seen: string[] = []
        for await (const piece of far) seen.push(`${piece.length} ${piece[0] ?? 0}`)
        assert.deepEqual(
          seen,
          expected.filter((each) => each !== '0 0'),
        )
        assert.ok(sent.every(({ length }) => length < 16_384))
        far.end()
      }),
      { numRuns: 20 },
    )
  })

  it('waits until the other side has taken out what it has been sent', async () => {
    const [near, far] = streams()
    let written = 0
    const piece = PORT_ROOM_BYTES / 4
    for (let i = 0; i < 16; i++) near.write(new Uint8Array(piece), () => written++)
    await far.opened
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(written < 16, `${written} pieces went out to somebody who does not read`)
    far.resume()
    await new Promise((resolve) => near.end(resolve))
    assert.equal(written, 16)
    far.end()
  })

  it('takes one piece beyond its room while nobody reads, and then no further', async () => {
    for (const [sizes, isRefused] of [
      [[PORT_ROOM_BYTES - 1, PORT_ROOM_BYTES], false],
      [[PORT_ROOM_BYTES, 1], true],
    ] as const) {
      const [stream, raw] = besideRawPort()
      const refused = new Promise((resolve) => stream.on('error', resolve))
      for (const size of sizes) raw.postMessage(new Uint8Array(size))
      if (isRefused) assert.equal(((await refused) as { reason: string }).reason, 'guest.flood')
      else {
        raw.postMessage('end')
        await new Promise((resolve) => stream.on('readable', resolve))
        assert.equal(await failureOf(stream), undefined)
        stream.destroy()
      }
      raw.close()
    }
  })

  it('takes a piece as large as a message may be, and refuses one byte more', async () => {
    for (const [size, reason] of [
      [PORT_PIECE_BYTES_MAX, undefined],
      [PORT_PIECE_BYTES_MAX + 1, 'guest.flood'],
    ] as const) {
      const [stream, raw] = besideRawPort()
      raw.postMessage(new Uint8Array(size))
      raw.postMessage('end')
      assert.equal(((await failureOf(stream)) as { reason?: string } | undefined)?.reason, reason)
      stream.destroy()
      raw.close()
    }
  })

  it('refuses whatever is none of its messages, and confirmations of what was not sent', async () => {
    for (const message of [{}, 'open sesame', 1, -1, Number.NaN, undefined]) {
      const [stream, raw] = besideRawPort()
      raw.postMessage(message)
      const error = (await failureOf(stream)) as { reason: string }
      assert.equal(error.reason, 'guest.malformedMessage')
      raw.close()
    }
  })

  it('ends when the other side has gone', async () => {
    const [stream, raw] = besideRawPort()
    raw.close()
    assert.equal(await failureOf(stream), undefined)
    await assert.rejects(stream.opened, { reason: 'guest.portClosed' })
  })
})
