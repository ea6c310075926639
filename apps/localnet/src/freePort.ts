import { createServer } from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import { PORT_TRIES } from './limits.ts'

const HOST = '127.0.0.1'
/** Ports of the machine's own choice. */
const ANY = 0

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address()
      const found = typeof address === 'object' ? address?.port : undefined
      server.close(() => resolve(found))
    })
  })
}

/**
 * Which ports are wanted: the usual ones, which people know, or any, so that networks that begin at
 * the same moment do not choose the same.
 */
export type PortWish = 'usual' | 'any'

/** Chooses ports that are free; none twice. */
export class PortChooser {
  readonly #taken = new Set<number>()
  readonly #tries: number

  constructor(wish: PortWish = 'usual') {
    this.#tries = wish === 'usual' ? PORT_TRIES : 0
  }

  /** A free port: `usual`, or one of the next, where those are wanted, or any. */
  async choose(usual: number): Promise<number> {
    for (let port = usual; port < usual + this.#tries; port++)
      if (!this.#taken.has(port) && (await listenOnce(port)) !== undefined) return this.#take(port)
    const any = await listenOnce(ANY)
    if (any === undefined || this.#taken.has(any))
      throw new UnavailableError('localnet.ports', `no port is free at ${HOST}; end other programs`)
    return this.#take(any)
  }

  #take(port: number): number {
    this.#taken.add(port)
    return port
  }
}
