/**
 * A registry on this machine that has what our packages stand on, and nothing else: each version
 * that the house itself has, for a test that installs what was packed.
 */

import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Where Node finds a package from a folder: in the nearest `node_modules` that has it. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const found = join(at, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
    if (at === dirname(at)) return undefined
  }
}

/** The folders of packages and of all that they stand on, in each version that is there. */
export function thirdParties(names: Iterable<string>, root: string): readonly string[] {
  const found = new Set<string>()
  const add = (name: string, from: string) => {
    const folder = name.startsWith('@wadi/') ? undefined : folderOf(name, from)
    if (folder === undefined || found.has(folder)) return
    found.add(folder)
    const { dependencies, peerDependencies } = manifestIn(folder)
    for (const each of Object.keys({ ...peerDependencies, ...dependencies })) add(each, folder)
  }
  for (const name of names) add(name, root)
  return [...found]
}

/**
 * What installs takes the first part of every path away, whatever it is called.
 * PERF: 1.4 s of processor for all of them, by npm 8.8: nobody has to list, sort and squeeze what
 * is thrown away soon.
 */
function packAll(folders: readonly string[], target: string): void {
  mkdirSync(target)
  for (const folder of folders) {
    const file = join(target, fileOf(manifestIn(folder)))
    const members = ['--exclude=node_modules', '-C', dirname(folder), basename(folder)]
    execFileSync('tar', ['-cf', file, ...members])
  }
}

/** See the top of this file. */
export class HouseRegistry {
  readonly url: string
  readonly #server: Server

  private constructor(server: Server) {
    const { port } = server.address() as AddressInfo
    this.#server = server
    this.url = `http://127.0.0.1:${port}/`
  }

  /** Packs the folders, and answers for them. */
  static async start(folders: readonly string[], tarballs: string): Promise<HouseRegistry> {
    packAll(folders, tarballs)
    const manifests = folders.map(manifestIn)
    const server = createServer((request, response) =>
      answer({ manifests, tarballs }, request, response),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new HouseRegistry(server)
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

interface Stock {
  readonly manifests: readonly Manifest[]
  readonly tarballs: string
}

/** As npm calls a tarball that it packs. */
const fileOf = ({ name, version }: Manifest) =>
  `${name.replace('@', '').replace('/', '-')}-${version}.tgz`

function answer(stock: Stock, { url = '', headers }: IncomingMessage, response: ServerResponse) {
  const path = decodeURIComponent(url.slice(1))
  if (path.endsWith('.tgz')) {
    createReadStream(join(stock.tarballs, path)).pipe(response)
    return
  }
  const own = stock.manifests.filter(({ name }) => name === path)
  const versions = own.map((manifest) => {
    const tarball = `http://${headers.host}/${fileOf(manifest)}`
    return [manifest.version, { ...manifest, dist: { tarball } }] as const
  })
  const [latest] = versions.at(-1) ?? []
  response.statusCode = latest === undefined ? 404 : 200
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      name: path,
      'dist-tags': { latest },
      versions: Object.fromEntries(versions),
    }),
  )
}
