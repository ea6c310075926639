/** One stream of libp2p, read and written in frames with deadlines. */

import type { Stream } from '@libp2p/interface'
import { UnavailableError } from '@wadi/base/errors'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import type { FrameCounter } from '@wadi/cbor/framing-metrics'
import { errors } from '../errors.ts'

/** Written at once; more waits for the other side to read. */
const CHUNK_SIZE = 65_536

/** How a frame is read. */
export interface Reading {
  readonly sizeMax: number
  readonly msMax: number
  /** Bytes have come that are kept until the frame is whole; false: there is no room for them. */
  readonly hold?: (size: number) => boolean
  readonly counter?: FrameCounter | undefined
}

/** How a frame is written. */
export interface Writing {
  readonly msMax: number
  readonly counter?: FrameCounter | undefined
}

const tooLate = (what: string) =>
  new UnavailableError('libp2p.tooLate', `the peer takes too long to ${what}`)

/** The next frame. Whatever follows it is ignored: there is one frame each way. */
export function readFrame(stream: Stream, reading: Reading): Promise<Uint8Array> {
  const { sizeMax, msMax, hold, counter } = reading
  const reader = new FrameReader(sizeMax)
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      clearTimeout(timer)
      stream.removeEventListener('message', take)
      stream.removeEventListener('close', cut)
      stream.removeEventListener('end', cut)
      act()
    }
    const timer = setTimeout(() => end(() => reject(tooLate('write'))), msMax)
    const cut = () => end(() => reject(errors.frameCutOff()))
    // What was read ahead while the protocol was agreed on comes after the end was told.
    const cutIfEnded = () => {
      if (stream.readBufferLength === 0 && (stream.readableEnded || isOver(stream))) cut()
    }
    const take = ({ data }: { data: Uint8Array | { subarray(): Uint8Array } }) => {
      try {
        const piece = data.subarray()
        if (hold?.(piece.length) === false) throw errors.tooManyRequests('bytes')
        const [frame] = reader.push(piece)
        if (frame === undefined) cutIfEnded()
        else {
          counter?.read(frame.length)
          end(() => resolve(frame))
        }
      } catch (error) {
        end(() => reject(error))
      }
    }
    stream.addEventListener('message', take)
    stream.addEventListener('close', cut)
    stream.addEventListener('end', cut)
    cutIfEnded()
  })
}

/** Writes a frame, as fast as the other side reads. */
export async function writeFrame(
  stream: Stream,
  message: Uint8Array,
  { msMax, counter }: Writing,
): Promise<void> {
  const bytes = frameOf(message)
  counter?.written(message.length)
  const signal = AbortSignal.timeout(msMax)
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_SIZE) {
      const hasRoom = stream.send(bytes.subarray(at, at + CHUNK_SIZE))
      if (!hasRoom) await stream.onDrain({ signal })
    }
  } catch (cause) {
    throw new UnavailableError('libp2p.unwritten', 'the peer does not read', { cause })
  }
}

/** How long a stream may take to end. */
export interface Ending {
  /** For what was written to go out. */
  readonly flushMs: number
  /** For the other side to end it as well. */
  readonly lingerMs: number
}

/**
 * Ends a stream: politely, and after a while anyway. Resolves when everything is on its way. To cut
 * it off sooner could take from the other side what it has not read yet.
 */
export async function endStream(stream: Stream, { flushMs, lingerMs }: Ending): Promise<void> {
  try {
    await stream.close({ signal: AbortSignal.timeout(flushMs) })
  } catch {
    return abortStream(stream)
  }
  if (isOver(stream)) return
  const timer = setTimeout(() => abortStream(stream), lingerMs)
  timer.unref()
  stream.addEventListener('close', () => clearTimeout(timer), { once: true })
}

/** Ends a stream at once: the other side did wrong, or nobody waits any more. */
export function abortStream(stream: Stream): void {
  if (!isOver(stream)) stream.abort(new Error('given up'))
}

function isOver({ status }: Stream): boolean {
  return status === 'closed' || status === 'aborted' || status === 'reset'
}
