/** From a file, the environment and flags to the configuration of a node. Nothing is written. */

import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { parseUtf8 } from '@wadi/base/bytes'
import type { Sources } from '@wadi/base/configSources'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errors } from './file/fileErrors.ts'
import { readYaml, type YamlFile } from './file/readYaml.ts'
import { type Environment, substituteVariables } from './file/substituteVariables.ts'
import { FILE_SIZE_MAX } from './limits.ts'
import { checkNodeConfig, type NodeConfig } from './nodeConfig.ts'

/** Where a configuration is taken from. */
export interface ConfigOptions {
  /** The file; only defaults, variables and flags without one. */
  readonly file: string | undefined
  readonly environment: Environment
  /** `--<key>=<value>`: before the variables, and these before the file. */
  readonly flags?: readonly string[]
}

/** A configuration, and what there is to tell of it. */
export interface LoadedConfig {
  readonly config: NodeConfig
  readonly sources: Sources
  /** Variables that the file names and nobody has set: they were taken as empty. */
  readonly unset: readonly string[]
}

function missing(file: string, cause: unknown): UnavailableError {
  const { code } = cause as NodeJS.ErrnoException
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
  const message = isMissing
    ? `${file}: --config: there is no such file; create it, or name another`
    : `${file}: --config: cannot be read (${code}); make it readable for the user of the node`
  return new UnavailableError(`configFile.${isMissing ? 'missing' : 'unreadable'}`, message, {
    cause,
  })
}

function readBytes(file: string): Uint8Array {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (cause) {
    throw missing(file, cause)
  }
  try {
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) throw errors.malformed(`${file}:1:1: is a folder; name the file in it`)
    if (stat.size > FILE_SIZE_MAX) throw tooLarge(file, stat.size)
    const bytes = readFileSync(descriptor)
    if (bytes.length > FILE_SIZE_MAX) throw tooLarge(file, bytes.length)
    return bytes
  } finally {
    closeSync(descriptor)
  }
}

function tooLarge(file: string, size: number): CodedError {
  return errors.tooLarge(
    `${file}:1:1: has ${size} bytes, ${FILE_SIZE_MAX} are possible; shorten it`,
  )
}

function readText(file: string): string {
  try {
    return parseUtf8(readBytes(file)).replace(/^\uFEFF/, '')
  } catch (error) {
    if (!(error instanceof CodedError) || error.reason.startsWith('configFile.')) throw error
    throw errors.malformed(`${file}:1:1: is not UTF-8; save it as UTF-8`)
  }
}

/** Puts the name of the file before the place of what is wrong in it. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const refuse = error.reason === 'configFile.tooLarge' ? errors.tooLarge : errors.malformed
    throw refuse(`${file}:${error.context ?? error.message}`)
  }
}

interface ReadFile extends YamlFile {
  readonly unset: readonly string[]
}

/** What stands in a file, before any of it is understood. */
export function readConfigFile(file: string, environment: Environment): ReadFile {
  const source = readText(file)
  return inFile(file, () => {
    const { text, unset } = substituteVariables(source, environment)
    return { ...readYaml(text), unset }
  })
}

/** Loads and checks a configuration. The context of its errors is one sentence for a person. */
export function loadConfig({ file, environment, flags = [] }: ConfigOptions): LoadedConfig {
  if (file === undefined) {
    const sources = { environment, flags }
    return { config: checkNodeConfig(undefined, sources), sources, unset: [] }
  }
  const { raw, positionOf, writtenAs, unset } = readConfigFile(file, environment)
  const sources = { file, positionOf, writtenAs, environment, flags }
  return { config: checkNodeConfig(raw, sources), sources, unset }
}

/** What a person is told of a configuration that cannot be used: one sentence. */
export function describeConfigError(error: CodedError | UnavailableError): string {
  return error instanceof CodedError ? (error.context ?? error.message) : error.message
}
