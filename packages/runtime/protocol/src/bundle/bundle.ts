/** Bundles: a runtime's programs in one file, with a manifest whose hash stands for all of it. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { excerpt } from '@wadi/cbor/errors'
import { text } from '@wadi/cbor/scalars'
import type { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { MANIFEST_SIZE_MAX } from '../limits.ts'
import type { Compression } from './archive/compression.ts'
import { type ArchivedFile, listFiles, unpack } from './archive/readArchive.ts'
import { writeArchive } from './archive/writeArchive.ts'
import { checkManifest } from './checkManifest.ts'
import { componentsOf, printComponentId } from './components.ts'
import { errors } from './errors.ts'
import {
  type Component,
  decodeManifest,
  encodeManifest,
  hashOfManifest,
  MANIFEST_NAME,
  type Manifest,
} from './manifest.ts'
import { verifySigstruct } from './sigstruct.ts'

/** Files by name, the manifest not among them. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

/** A bundle of which everything has been checked. */
export interface Bundle {
  readonly manifest: Manifest
  readonly manifestHash: Hash
  /** The bytes of the manifest's file, as they came. */
  readonly manifestFile: Uint8Array
  readonly files: BundleFiles
}

/** What is known of a bundle before it is read. */
export interface ExpectedBundle {
  readonly manifestHash?: Hash
  readonly runtimeId?: Namespace
}

/** The name of a bundle's file. */
export function bundleFileName(manifestHash: Hash): string {
  return `${toHex(manifestHash)}.orc`
}

/** The files that a component cannot do without. */
function filesOf({ executable, elf, sgx, tdx }: Component): readonly string[] {
  const optional = [
    elf === undefined ? executable : '',
    sgx?.signature ?? '',
    tdx?.kernel ?? '',
    tdx?.initrd ?? '',
    tdx?.stage2Image ?? '',
  ]
  const required = [elf?.executable, sgx?.executable, tdx?.firmware]
  return [
    ...required.filter((name) => name !== undefined),
    ...optional.filter((name) => name !== ''),
  ]
}

function checkComplete(manifest: Manifest, names: { has(name: string): boolean }): void {
  for (const component of componentsOf(manifest)) {
    const missing = filesOf(component).find((name) => !names.has(name))
    if (missing === undefined) continue
    throw errors.missingFile(`${excerpt(missing)} of ${excerpt(printComponentId(component))}`)
  }
}

function checkDigest({ digests }: Manifest, name: string, bytes: Uint8Array): void {
  const digest = digests?.get(name)
  if (digest === undefined) throw errors.missingDigest(name)
  if (!equalBytes(digest, hashOfBytes(bytes))) throw errors.wrongDigest(name)
}

function checkExpected(bundle: Omit<Bundle, 'files'>, expected: ExpectedBundle): void {
  const { manifest, manifestHash: actual } = bundle
  const { manifestHash, runtimeId } = expected
  if (manifestHash !== undefined && !equalBytes(manifestHash, actual)) {
    throw errors.wrongManifest(toHex(actual))
  }
  if (runtimeId !== undefined && !equalBytes(runtimeId, manifest.id)) {
    throw errors.wrongRuntime(toHex(manifest.id))
  }
}

function readManifest(file: ArchivedFile | undefined, compression: Compression) {
  if (file?.name !== MANIFEST_NAME) throw errors.manifestNotFirst()
  if (file.size > MANIFEST_SIZE_MAX) throw errors.tooLarge(`manifest of ${file.size} bytes`)
  const manifestFile = unpack(file, compression)
  const manifest = decodeManifest(manifestFile)
  return { manifest, manifestFile, manifestHash: hashOfManifest(manifest) }
}

/**
 * Reads a bundle and checks all of it. The manifest comes first: of a bundle that is not the one
 * expected nothing else is unpacked.
 */
export function readBundle(
  archive: Uint8Array,
  compression: Compression,
  expected: ExpectedBundle = {},
): Bundle {
  const [first, ...others] = listFiles(archive, MANIFEST_NAME)
  const head = readManifest(first, compression)
  checkExpected(head, expected)
  checkManifest(head.manifest)
  checkComplete(head.manifest, new Set(others.map(({ name }) => name)))
  // COMPAT(oasis-core): a digest of the manifest itself is possible, and must then be right.
  if (head.manifest.digests?.has(MANIFEST_NAME) === true) {
    checkDigest(head.manifest, MANIFEST_NAME, head.manifestFile)
  }
  const files = new Map<string, Uint8Array>()
  for (const file of others) {
    if (head.manifest.digests?.has(file.name) !== true) throw errors.missingDigest(file.name)
    const bytes = unpack(file, compression)
    checkDigest(head.manifest, file.name, bytes)
    files.set(file.name, bytes)
  }
  checkSignatures(head.manifest, files)
  return { ...head, files }
}

/** The program of an SGX component and its signature, if it has one. */
function sgxFilesOf({ sgx }: Component, files: BundleFiles) {
  if (sgx === undefined) return undefined
  const program = files.get(sgx.executable)
  assert(program !== undefined, 'bundle: files were checked')
  return { program, signature: sgx.signature === '' ? undefined : files.get(sgx.signature) }
}

function checkSignatures(manifest: Manifest, files: BundleFiles): void {
  for (const component of componentsOf(manifest)) {
    const sgx = sgxFilesOf(component, files)
    if (sgx?.signature !== undefined) verifySigstruct(sgx.signature, sgx.program)
  }
}

/**
 * The enclaves that a component may be: those that the manifest names, or the one that its SGX
 * program is by its signature.
 */
export function enclavesOf({ files }: Bundle, component: Component): readonly EnclaveIdentity[] {
  const { identity } = component
  if (identity.length > 0) return identity.map(({ enclave }) => enclave)
  const sgx = sgxFilesOf(component, files)
  if (sgx?.signature === undefined) throw errors.noIdentity()
  return [verifySigstruct(sgx.signature, sgx.program)]
}

/** The manifest with the digests of these files. */
export function withDigests(manifest: Manifest, files: BundleFiles): Manifest {
  const digests = Array.from(files, ([name, bytes]) => [name, hashOfBytes(bytes)] as const)
  return { ...manifest, digests: keyedMap(text, digests) }
}

/** Writes a bundle; what could not be read again is refused. */
export function writeBundle(
  manifest: Manifest,
  files: BundleFiles,
  compression: Compression,
): Uint8Array {
  checkManifest(manifest)
  checkComplete(manifest, files)
  for (const [name, bytes] of files) checkDigest(manifest, name, bytes)
  checkSignatures(manifest, files)
  const archive = writeArchive([[MANIFEST_NAME, encodeManifest(manifest)], ...files], compression)
  listFiles(archive, MANIFEST_NAME)
  return archive
}
