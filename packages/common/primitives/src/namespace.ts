import { concatBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { bytesOf, type FixedBytes } from '@wadi/cbor/scalars'
import { hashOfBytes, hexForm } from './hash.ts'

/** Bytes and texts that name no runtime. */
export const errors = definePlainErrors('namespace', {
  malformed: 'malformed namespace',
})

const NAMESPACE_SIZE = 32
const FLAGS_SIZE = 8
const ID_SIZE = NAMESPACE_SIZE - FLAGS_SIZE

/** The two flags, as bits of the first byte. All other bits of the first eight bytes are zero. */
const FLAG = { test: 0x80, keyManager: 0x40 } as const

/** What a namespace says about its runtime. */
export interface NamespaceFlags {
  /** Only for test networks. */
  readonly isTest?: boolean
  /** The runtime is a key manager. */
  readonly isKeyManager?: boolean
}

function check(bytes: Uint8Array): void {
  let reserved = bytes[0]! & ~(FLAG.test | FLAG.keyManager)
  for (let i = 1; i < FLAGS_SIZE; i++) reserved |= bytes[i]!
  if (reserved !== 0) throw errors.malformed('a reserved flag is set')
}

/** The identifier of a runtime: 64 bits of flags, then 24 bytes. */
export type Namespace = FixedBytes<'Namespace'>
export const Namespace = bytesOf('Namespace', NAMESPACE_SIZE, {
  jsonForm: hexForm(NAMESPACE_SIZE),
  check,
})

/** The namespace of an identifier and flags. */
export function namespace(id: Uint8Array, flags: NamespaceFlags = {}): Namespace {
  if (id.length !== ID_SIZE) throw errors.malformed(`identifier of ${id.length} bytes`)
  const head = new Uint8Array(FLAGS_SIZE)
  if (flags.isTest === true) head[0]! |= FLAG.test
  if (flags.isKeyManager === true) head[0]! |= FLAG.keyManager
  return Namespace.check(concatBytes(head, id))
}

/** A test namespace whose identifier is drawn from a seed. */
export function testNamespace(
  seed: Uint8Array,
  flags: Omit<NamespaceFlags, 'isTest'> = {},
): Namespace {
  return namespace(hashOfBytes(seed).slice(0, ID_SIZE), { ...flags, isTest: true })
}

/** Is the runtime only for test networks? */
export function isTest(id: Namespace): boolean {
  return (id[0]! & FLAG.test) !== 0
}

/** Is the runtime a key manager? */
export function isKeyManager(id: Namespace): boolean {
  return (id[0]! & FLAG.keyManager) !== 0
}
