/**
 * Finds our own sources faster than Node does: a start of ours loads more than a thousand files of
 * small packages, and Node looks for package.json and for links again with each import. Whatever
 * this does not know goes the usual way.
 * PERF: importing a local network took 0.43 times the processor, 0.4 instead of 0.9 seconds less.
 * Plain JavaScript: it is loaded before everything else.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = new URL('../', import.meta.url).href
const SCOPE = '@wadi/'
const FORMAT = 'module-typescript'

/** What each of our packages offers: specifiers and where they are. */
const offers = new Map()

function readOffers(name) {
  const link = fileURLToPath(new URL(`node_modules/${name}`, ROOT))
  if (!existsSync(link)) return new Map()
  const folder = realpathSync(link)
  const base = pathToFileURL(`${folder}/`)
  const { exports = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const plain = Object.entries(exports).filter(([, file]) => typeof file === 'string')
  return new Map(plain.map(([way, file]) => [name + way.slice(1), new URL(file, base).href]))
}

function offersOf(name) {
  let found = offers.get(name)
  if (found === undefined) {
    found = readOffers(name)
    offers.set(name, found)
  }
  return found
}

const isOurs = (url) => url?.startsWith(ROOT) === true && !url.includes('/node_modules/')

/** Where a source of ours is, for another one that imports it; nothing where Node has to look. */
export function resolveSource(specifier, parentURL) {
  if (!isOurs(parentURL)) return undefined
  if (specifier.startsWith(SCOPE)) {
    const [scope, name] = specifier.split('/', 2)
    return offersOf(`${scope}/${name}`).get(specifier)
  }
  return specifier.startsWith('.') ? new URL(specifier, parentURL).href : undefined
}

// An older Node that one of ours starts goes without.
nodeModule.registerHooks?.({
  resolve(specifier, context, next) {
    const url = resolveSource(specifier, context.parentURL)
    if (url?.endsWith('.ts') !== true) return next(specifier, context)
    return { url, format: FORMAT, shortCircuit: true }
  },
})
