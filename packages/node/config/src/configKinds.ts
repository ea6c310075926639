/** Kinds of options that only a node has. */

import { parseBase64, parseHex, toBase64 } from '@wadi/base/bytes'
import {
  type Declared,
  isTable,
  type Option,
  option,
  readText,
  refuse,
  showText,
} from '@wadi/base/configOption'
import type { Place } from '@wadi/base/configPlace'
import { CodedError } from '@wadi/base/errors'
import { parseIp } from '@wadi/primitives/ip'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { parseVersion, printVersion, type Version } from '@wadi/primitives/version'

interface TextKind<T> {
  readonly form: string
  /** The value of a text; a coded error refuses it. */
  readonly parse: (text: string) => T
  readonly show: (value: T) => string
}

function parsedText<T>({ form, parse, show }: TextKind<T>, declared: Declared<T>): Option<T> {
  const read = (raw: unknown, at: Place): T => {
    const text = readText(raw, at, form)
    try {
      return parse(text)
    } catch (error) {
      if (error instanceof CodedError) refuse(at, form, text)
      throw error
    }
  }
  return option({ form, read, show }, declared)
}

/** A text of a form; the value stays as it was written. */
function formedText(
  form: string,
  isRight: (text: string) => boolean,
  declared: Declared<string>,
): Option<string> {
  const read = (raw: unknown, at: Place): string => {
    const text = readText(raw, at, form)
    return isRight(text) ? text : refuse(at, form, raw)
  }
  return option({ form, read, show: showText }, declared)
}

/** An Ed25519 public key. */
export function publicKey(declared: Declared<PublicKey>): Option<PublicKey> {
  const form = 'a public key of 32 bytes in base64'
  const parse = (text: string) => PublicKey.check(parseBase64(text))
  return parsedText({ form, parse, show: toBase64 }, declared)
}

/** The identifier of a runtime. */
export function namespace(declared: Declared<Namespace>): Option<Namespace> {
  const form = 'a runtime identifier of 64 hex digits, beginning 0000000000000000 or with its flags'
  const parse = (text: string) => Namespace.check(parseHex(text))
  return parsedText({ form, parse, show: (value) => showText(hexOf(value)) }, declared)
}

/** A version: three numbers. */
export function version(declared: Declared<Version>): Option<Version> {
  const form = 'a version such as 1.2.3'
  const show = (value: Version) => showText(printVersion(value))
  return parsedText({ form, parse: parseVersion, show }, declared)
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A hash of 32 bytes. */
export function hexHash(declared: Declared<string>): Option<string> {
  return formedText('a hash of 64 hex digits', (text) => /^[\da-fA-F]{64}$/.test(text), declared)
}

const PORT_MAX = 65_535

/** Is it `host:port`, an IPv6 host in brackets? Names are looked up later. */
export function isHostPort(text: string): boolean {
  const [, host = '', port = ''] = /^(\[[^[\]]*\]|[^:[\]@/ ]*):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > PORT_MAX) return false
  return !host.startsWith('[') || isIp(host.slice(1, -1))
}

function isIp(text: string): boolean {
  try {
    parseIp(text.split('%', 1)[0] ?? '')
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

/** Where something listens. */
export function hostPort(declared: Declared<string>): Option<string> {
  return formedText('an address such as 127.0.0.1:3000', isHostPort, declared)
}

/** As CometBFT writes addresses: with a protocol before them. */
export function tcpAddress(declared: Declared<string>): Option<string> {
  const isRight = (text: string) => isHostPort(text.replace(/^tcp:\/\//, ''))
  return formedText('an address such as tcp://0.0.0.0:26656', isRight, declared)
}

/** A key of 32 bytes in base64, or the id that CometBFT makes of one. */
function isPeerName(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) || /^[\da-f]{40}$/.test(text)
}

/** The public key of a peer. */
export function peerName(declared: Declared<string>): Option<string> {
  return formedText('the public key of a peer in base64, or its id', isPeerName, declared)
}

function isPeer(text: string): boolean {
  const [name = '', address = '', ...rest] = text.split('@')
  return rest.length === 0 && isPeerName(name) && isHostPort(address)
}

/** A peer and where it listens. */
export function peer(declared: Declared<string>): Option<string> {
  return formedText('a peer such as <key in base64>@203.0.113.7:26656', isPeer, declared)
}

/** A server and, if its certificate is to be checked, its key. */
export function pinnedAddress(declared: Declared<string>): Option<string> {
  const isRight = (text: string) => isPeer(text) || isHostPort(text)
  return formedText('an address such as <key in base64>@203.0.113.7:9009', isRight, declared)
}

/** A gRPC server: by its socket, by its name, or also by its key. */
export function grpcAddress(declared: Declared<string>): Option<string> {
  const form = 'an address such as unix:/path, example.org:443 or <key in base64>@203.0.113.7:9001'
  const isRight = (text: string) =>
    /^unix:\S+$/.test(text) || isPeer(text) || /^[^\s@]+$/.test(text)
  return formedText(form, isRight, declared)
}

/** An IP address. */
export function ipAddress(declared: Declared<string>): Option<string> {
  return formedText('an IP address such as 203.0.113.7', isIp, declared)
}

/** A place on the web. */
export function webAddress(declared: Declared<string>): Option<string> {
  const isRight = (text: string) => URL.canParse(text) && /^https?:/.test(text)
  return formedText('a URL such as https://example.org/', isRight, declared)
}

/**
 * Is it the origin of pages, to the letter as browsers say it? Those of extensions have schemes of
 * which the language makes no origins.
 */
function isOrigin(text: string): boolean {
  if (/^[a-z-]+-extension:\/\/[\w-]+$/.test(text)) return true
  if (!/^https?:[^*]*$/.test(text) || !URL.canParse(text)) return false
  return new URL(text).origin === text
}

/** Where pages come from; `*` is anywhere. */
export function webOrigin(declared: Declared<string>): Option<string> {
  const isRight = (text: string) => text === '*' || isOrigin(text)
  return formedText('an origin such as https://wallet.example, or *', isRight, declared)
}

/** A component of a runtime: `ronl`, `rofl` or `rofl.<name>`. */
export function componentId(declared: Declared<string>): Option<string> {
  const isRight = (text: string) => /^(ronl|rofl(\..+)?)$/s.test(text)
  return formedText('a component: ronl, rofl or rofl.<name>', isRight, declared)
}

/** A value of which only a runtime knows what it is. */
export type FreeValue =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | readonly FreeValue[]
  | FreeTable
/** Such values by name. */
export type FreeTable = ReadonlyMap<string, FreeValue>

function readFree(raw: unknown): FreeValue {
  if (Array.isArray(raw)) return raw.map(readFree)
  if (isTable(raw)) return readFreeTable(raw)
  return raw as FreeValue
}

function readFreeTable(raw: Readonly<Record<string, unknown>>): FreeTable {
  return new Map(Object.entries(raw).map(([key, value]) => [key, readFree(value)]))
}

function showFree(value: FreeValue): string {
  if (value instanceof Map) {
    const entries = [...value].map(([key, each]) => `${JSON.stringify(key)}: ${showFree(each)}`)
    return `{${entries.join(', ')}}`
  }
  if (Array.isArray(value)) return `[${value.map(showFree).join(', ')}]`
  if (typeof value === 'string') return JSON.stringify(value)
  return value === undefined ? 'null' : String(value)
}

/** Values by name that nothing is known of. */
export function freeTable(declared: Declared<FreeTable>): Option<FreeTable> {
  const form = 'a table of whatever the runtime reads'
  const read = (raw: unknown, at: Place) =>
    isTable(raw) ? readFreeTable(raw) : refuse(at, form, raw)
  return option<FreeTable>({ form, ofNothing: new Map(), read, show: showFree }, declared)
}
