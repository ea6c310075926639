/** All mistakes of a file: what is wrong is taken out, until the rest can be read. */

import { CodedError } from '@wadi/base/errors'
import { MISTAKES_MAX } from './limits.ts'
import { type ConfigOptions, readConfigFile } from './loadConfig.ts'
import { checkNodeConfig } from './nodeConfig.ts'

type Table = Record<string, unknown>
/** A name in a table, or a number in a list. */
type Step = string | number

function stepsOf(path: string): readonly Step[] {
  const steps = path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)
  return [...steps].map(([, name, number]) => name ?? Number(number))
}

function pathOf(steps: readonly Step[]): string {
  const written = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
  return written.join('').replace(/^\./, '')
}

/** A file from which things are taken out; what stays is known by the places where it stood. */
class Remainder {
  readonly #raw: unknown
  /** Of each list from which something was taken out: where its elements stood. */
  readonly #places = new Map<readonly unknown[], number[]>()

  constructor(raw: unknown) {
    this.#raw = structuredClone(raw)
  }

  get raw(): unknown {
    return this.#raw
  }

  /** Where stood what is at a path now? */
  originOf(path: string): string {
    let at: unknown = this.#raw
    const steps = stepsOf(path).map((step) => {
      const places = Array.isArray(at) ? this.#places.get(at) : undefined
      const origin = typeof step === 'number' ? (places?.[step] ?? step) : step
      at = (at as Table | undefined)?.[step]
      return origin
    })
    return pathOf(steps)
  }

  /** Takes out what is at a path; false if there is nothing. */
  remove(path: string): boolean {
    const steps = stepsOf(path)
    const last = steps.at(-1)
    let holder: unknown = this.#raw
    for (const step of steps.slice(0, -1)) holder = (holder as Table | undefined)?.[step]
    if (Array.isArray(holder) && typeof last === 'number' && last < holder.length) {
      const places = this.#places.get(holder) ?? holder.map((_, i) => i)
      places.splice(last, 1)
      holder.splice(last, 1)
      this.#places.set(holder, places)
      return true
    }
    if (typeof holder !== 'object' || holder === null || last === undefined) return false
    return Object.hasOwn(holder, last) && Reflect.deleteProperty(holder, last)
  }
}

/** The path without its last step; empty for the outermost. */
function above(path: string): string {
  return pathOf(stepsOf(path).slice(0, -1))
}

/** Every mistake of a file and of what stands beside it, a sentence each; none if all is right. */
export function mistakesIn({ file, environment, flags = [] }: ConfigOptions): readonly string[] {
  if (file === undefined) return []
  const { raw, positionOf, writtenAs } = readConfigFile(file, environment)
  const rest = new Remainder(raw)
  const said: string[] = []
  let wrong: string | undefined
  const sources = {
    file,
    environment,
    flags,
    writtenAs: (path: string) => writtenAs(rest.originOf(path)),
    // Only whoever complains asks where something stands.
    positionOf: (path: string) => {
      wrong = path
      return positionOf(rest.originOf(path))
    },
  }
  const seen = new Set<string>()
  for (let i = 0; i < MISTAKES_MAX; i++) {
    wrong = undefined
    const sentence = complaintOf(() => checkNodeConfig(rest.raw, sources))
    if (sentence === undefined) break
    const path: string = wrong ?? ''
    const origin = rest.originOf(path)
    // What follows from a thing that was taken out is no mistake of its own.
    const isNew = !seen.has(origin)
    if (isNew) said.push(sentence.replace(`: ${path}`, () => `: ${origin}`))
    seen.add(origin)
    if (isNew ? !rest.remove(path) && !rest.remove(above(path)) : !rest.remove(above(path))) break
  }
  return said
}

function complaintOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return error.context ?? error.message
  }
}
