/** What a bundle says about itself. */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { parseJson, toJson } from '@wadi/cbor/json'
import { bool, text, u8, u64 } from '@wadi/cbor/scalars'
import { named, nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Hash, hashOf } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { Version, versionToU64 } from '@wadi/primitives/version'
import { MANIFEST_SIZE_MAX } from '../limits.ts'
import { errors } from './errors.ts'

/** Where the manifest is in a bundle: before all else. */
export const MANIFEST_NAME = 'META-INF/MANIFEST.MF'

/** A program for this machine. */
export const ElfMetadata = struct({ executable: text })
export type ElfMetadata = Infer<typeof ElfMetadata>

/** A program for an SGX enclave. */
export const SgxMetadata = struct({ executable: text, signature: text })
export type SgxMetadata = Infer<typeof SgxMetadata>

/** Graphics processors; without a model any will do. */
export const GpuResource = struct({ model: omitEmpty(text), count: u8 })
export type GpuResource = Infer<typeof GpuResource>

/** What a virtual machine needs: memory in megabytes. */
export const TdxResources = struct({ memory: u64, cpus: u8, gpu: optional(GpuResource) })
export type TdxResources = Infer<typeof TdxResources>

/** A virtual machine that is a TDX enclave. */
export const TdxMetadata = struct({
  firmware: text,
  kernel: omitEmpty(text),
  initrd: omitEmpty(text),
  extraKernelOptions: omitEmpty(list(text)),
  stage2Image: named('stage2_image', omitEmpty(text)),
  stage2Format: named('stage2_format', omitEmpty(text)),
  stage2Persist: named('stage2_persist', omitEmpty(bool)),
  resources: TdxResources,
})
export type TdxMetadata = Infer<typeof TdxMetadata>

/** The enclave that a component is to be, under some hypervisor or any. */
export const Identity = struct({ hypervisor: omitEmpty(text), enclave: EnclaveIdentity })
export type Identity = Infer<typeof Identity>

/** The two kinds of components: what runs on the chain (exactly one), and what runs beside it. */
export const COMPONENT_KINDS = { onChain: 'ronl', offChain: 'rofl' } as const

/** One of the programs of a runtime. */
export const Component = struct({
  kind: text,
  name: omitEmpty(text),
  version: omitEmpty(Version),
  /** The old way of saying `elf`. */
  executable: omitEmpty(text),
  elf: optional(ElfMetadata),
  sgx: optional(SgxMetadata),
  tdx: optional(TdxMetadata),
  identity: omitEmpty(list(Identity)),
  /** Off unless the operator says otherwise. */
  disabled: omitEmpty(bool),
})
export type Component = Infer<typeof Component>

/** The components of a runtime, and a digest for every file. */
export const Manifest = struct({
  name: omitEmpty(text),
  id: Namespace,
  /** The old places of what belongs to the component that runs on the chain: these three. */
  version: omitEmpty(Version),
  executable: omitEmpty(text),
  sgx: optional(SgxMetadata),
  components: omitEmpty(list(Component)),
  digests: nilable(mapOf(text, Hash)),
})
export type Manifest = Infer<typeof Manifest>

/** Is it the component that runs on the chain? */
export function isOnChain({ kind, name }: Pick<Component, 'kind' | 'name'>): boolean {
  return kind === COMPONENT_KINDS.onChain && name === ''
}

/** The manifest with this version for its first component that runs on the chain. */
function withOnChainVersion(manifest: Manifest, version: Version): Manifest {
  // COMPAT(oasis-core): only a version at the top counts, and only for the first such component.
  if (versionToU64(manifest.version) === 0n) return manifest
  const first = manifest.components.findIndex(isOnChain)
  const components = manifest.components.map((component, i) =>
    i === first ? { ...component, version } : component,
  )
  return { ...manifest, components }
}

/** Reads the file of a manifest. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_SIZE_MAX) throw errors.tooLarge(`manifest of ${bytes.length} bytes`)
  const manifest = parseJson(Manifest, parseUtf8(bytes))
  return withOnChainVersion(manifest, manifest.version)
}

/** The file of a manifest. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return toUtf8(toJson(Manifest, manifest))
}

/**
 * The hash by which a bundle is known: file names, folders and deployments have it. It is over the
 * encoding of the manifest, not over the bytes of its file.
 */
export function hashOfManifest(manifest: Manifest): Hash {
  return hashOf(Manifest, withOnChainVersion(manifest, Version.zero))
}
