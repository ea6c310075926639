/** A server with a service that does what tests need, and channels to it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlainErrors, UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { bytes, text, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Channel } from '../client/channel.ts'
import type { ChannelOptions } from '../client/options.ts'
import { cborCodec, nothing, rawCodec } from '../codec.ts'
import { GrpcServer } from '../server/grpcServer.ts'
import { type Call, implement, type ServerStream, unimplemented } from '../server/implement.ts'
import type { GrpcServerOptions, ServerLimits } from '../server/options.ts'
import { serverStream, service, unary } from '../service.ts'

const Greeting = struct({ name: text, count: u64 })

export const Test = service('oasis-core.Test', {
  Echo: unary(rawCodec, rawCodec),
  Greet: unary(cborCodec(Greeting), cborCodec(text)),
  Nothing: unary(nothing, nothing),
  Fail: unary(cborCodec(text), nothing),
  Wait: unary(nothing, nothing),
  Missing: unary(nothing, nothing),
  Watch: serverStream(nothing, cborCodec(bytes)),
  FailWatching: serverStream(nothing, rawCodec),
})

export const errors = definePlainErrors('grpc test', { plain: 'as it is' })

/** What the service sees and holds. */
export class TestService {
  readonly streams: ServerStream<Uint8Array>[] = []
  readonly calls: Call[] = []
  readonly waiting: (() => void)[] = []
  released = 0
  #changed: (() => void)[] = []

  /** Throws the errors that a test asks for by name. */
  readonly failures: Record<string, () => Error> = {}

  /** When something of the above has become true. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#changed.push(resolve)
      })
    }
  }

  changed(): void {
    for (const resolve of this.#changed.splice(0)) resolve()
  }

  readonly implementation = implement(Test, {
    Echo: (request) => request,
    Greet: ({ name, count }) => `${name} ${count}`,
    Nothing: () => undefined,
    Fail: (name) => {
      throw this.failures[name]?.() ?? new UnavailableError('test', 'no such failure')
    },
    Wait: (_request, call) => {
      this.calls.push(call)
      call.signal.addEventListener('abort', () => this.changed())
      return new Promise((resolve) => {
        this.waiting.push(() => resolve(undefined))
        this.changed()
      })
    },
    Missing: unimplemented,
    Watch: (_request, stream) => {
      this.streams.push(stream)
      this.changed()
      return () => {
        this.released++
        this.changed()
      }
    },
    FailWatching: () => {
      throw errors.plain()
    },
  })
}

/** Lets a test own what it opens. */
export class TestServer implements AsyncDisposable {
  readonly service = new TestService()
  readonly time = new VirtualTime()
  readonly log = new MemoryLog()
  readonly failures: unknown[] = []
  readonly folder: string = mkdtempSync(join(tmpdir(), 'wadi-grpc-'))
  readonly #channels: Channel[] = []
  #server: GrpcServer | undefined

  get server(): GrpcServer {
    return this.#server!
  }

  get path(): string {
    return join(this.folder, 'internal.sock')
  }

  options(limits: Partial<ServerLimits> = {}): GrpcServerOptions {
    return {
      listen: { kind: 'unix', path: this.path },
      implementations: [this.service.implementation],
      clock: this.time.clock,
      timers: this.time,
      logger: createLogger('grpc', this.log.sink),
      onFailure: (error) => this.failures.push(error),
      limits,
    }
  }

  static async start(
    options: Partial<GrpcServerOptions> = {},
    limits: Partial<ServerLimits> = {},
  ): Promise<TestServer> {
    const test = new TestServer()
    test.#server = await GrpcServer.listen({ ...test.options(limits), ...options })
    return test
  }

  /** A way to the server. */
  channel(options: Partial<ChannelOptions> = {}): Channel {
    const { port } = this.server
    const target = port === 0 ? `unix:${this.path}` : `127.0.0.1:${port}`
    const channel = new Channel({ target, clock: this.time.clock, timers: this.time, ...options })
    this.#channels.push(channel)
    return channel
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const channel of this.#channels) channel.close()
    const closed = this.#server?.close(1)
    this.time.advance(1)
    await closed
    rmSync(this.folder, { recursive: true, force: true })
  }
}
