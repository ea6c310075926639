/**
 * Whose fault is it? Every failure in the house is one of three kinds, and each kind has one class:
 *
 *   CodedError        the caller's fault; deterministic; carries the reference's (module, code)
 *   UnavailableError  the world's fault: a disk, a missing node, a timeout; retry or stop
 *   BugError          our fault: nobody catches it, the process stops
 */

/** The module and code of every failure that the reference has not given a code of its own. */
export const PLAIN_MODULE = 'unknown'
/** See {@link PLAIN_MODULE}. */
export const PLAIN_CODE = 1

/** The caller did something that the rules forbid. Same numbers as the reference. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly module: string
  readonly code: number
  /** Which rule of ours refused, as `area.reason`: finer than the code, never on the wire. */
  readonly reason: string
  /** Where in the input or in which role, in words. Never on the wire. */
  readonly context: string | undefined

  // biome-ignore lint/complexity/useMaxParams: only the catalogues below call it
  constructor(module: string, code: number, reason: string, message: string, context?: string) {
    super(context === undefined ? message : `${message}: ${context}`)
    this.module = module
    this.code = code
    this.reason = reason
    this.context = context
  }
}

/** The world did not deliver: nothing is wrong with the input and nothing with the program. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  /** What could not be had, as `area.reason`. */
  readonly reason: string

  constructor(reason: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}

/** The program is wrong. Nobody catches this. */
export class BugError extends Error {
  override readonly name = 'BugError'
}

/** Stops the program unless `condition` holds. Asserts stay on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message)
}

/** Marks a place that the types say cannot be reached. */
export function unreachable(value: never, what: string): never {
  throw new BugError(`${what}: unexpected ${String(value)}`)
}

/** Makes one coded error; the context says where or in which role. */
export type ErrorMaker = (context?: string) => CodedError

const takenCodes = new Map<string, string>()
const takenAreas = new Set<string>()

/** How a catalogue differs from the others. */
export interface CatalogueOptions {
  /** What its sentences begin with, if not with the module. */
  readonly title?: string
}

/**
 * The catalogue of one module: name → [code, sentence]. The numbers are the reference's.
 * A code that is declared twice stops the program at start.
 */
export function defineErrors<const T extends Record<string, readonly [number, string]>>(
  module: string,
  catalogue: T,
  { title = module }: CatalogueOptions = {},
): { readonly [K in keyof T]: ErrorMaker } {
  const makers: Record<string, ErrorMaker> = {}
  for (const [name, [code, sentence]] of Object.entries(catalogue)) {
    const key = `${module}/${code}`
    const taken = takenCodes.get(key)
    assert(taken === undefined, `error ${key} is declared twice: ${taken} and ${name}`)
    takenCodes.set(key, name)
    makers[name] = (context) =>
      new CodedError(module, code, `${module}.${name}`, `${title}: ${sentence}`, context)
  }
  return makers as { readonly [K in keyof T]: ErrorMaker }
}

/**
 * The catalogue of an area whose failures have no code in the reference.
 * COMPAT(oasis-core): an error without module and code is reported as unknown/1, and that pair is
 * hashed into the next header when a transaction fails with it.
 */
export function definePlainErrors<const T extends Record<string, string>>(
  area: string,
  catalogue: T,
): { readonly [K in keyof T]: ErrorMaker } {
  assert(!takenAreas.has(area), `plain errors of ${area} are declared twice`)
  takenAreas.add(area)
  const makers: Record<string, ErrorMaker> = {}
  for (const [name, sentence] of Object.entries(catalogue)) {
    makers[name] = (context) =>
      new CodedError(PLAIN_MODULE, PLAIN_CODE, `${area}.${name}`, `${area}: ${sentence}`, context)
  }
  return makers as { readonly [K in keyof T]: ErrorMaker }
}

/** Is it for whoever asked (their fault, or the world's)? Anything else is a fault of ours. */
export function isTold(error: unknown): error is CodedError | UnavailableError {
  return error instanceof CodedError || error instanceof UnavailableError
}
