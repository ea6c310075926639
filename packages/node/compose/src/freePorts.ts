/** Ports of the loopback interface that nobody listens at. */

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import { PORT_TRIES } from './limits.ts'

const HOST = '127.0.0.1'
/**
 * Where any port is looked for: above what services are known by, and below what systems give to
 * connections that go out (from 32,768 on), one of which could have a port by the time that a
 * program comes back to it.
 */
const [ANY_MIN, ANY_MAX] = [10_000, 32_000]

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)))
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
  readonly #wish: PortWish

  constructor(wish: PortWish = 'usual') {
    this.#wish = wish
  }

  /** A free port: `usual`, or one of the next, where those are wanted, or any. */
  async choose(usual: number): Promise<number> {
    for (let i = 0; this.#wish === 'usual' && i < PORT_TRIES; i++)
      if (await this.take(usual + i)) return usual + i
    return this.chooseAny()
  }

  /** A free port. */
  async chooseAny(): Promise<number> {
    for (let i = 0; i < PORT_TRIES; i++) {
      const any = randomInt(ANY_MIN, ANY_MAX)
      if (await this.take(any)) return any
    }
    throw new UnavailableError('loopback.ports', `no port is free at ${HOST}; end other programs`)
  }

  /** Is it free, and was it not chosen before? Then it is chosen. */
  async take(port: number): Promise<boolean> {
    if (this.#taken.has(port) || !(await canListen(port))) return false
    this.#taken.add(port)
    return true
  }
}

/** So many free ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const chooser = new PortChooser('any')
  const ports: number[] = []
  for (let i = 0; i < count; i++) ports.push(await chooser.chooseAny())
  return ports
}
