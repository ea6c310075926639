/** The components of a bundle. */

import { excerpt } from '@wadi/cbor/errors'
import type { ComponentId } from '../client/api.ts'
import { errors } from './errors.ts'
import { COMPONENT_KINDS, Component, isOnChain, type Manifest } from './manifest.ts'

/** The component that runs on the chain. */
export const ON_CHAIN: ComponentId = { kind: COMPONENT_KINDS.onChain, name: '' }

/** Such as `ronl`, or `rofl.oracle`. */
export function printComponentId({ kind, name }: ComponentId): string {
  return name === '' ? kind : `${kind}.${name}`
}

/** The component of a name; the name may have further dots in it. */
export function parseComponentId(text: string): ComponentId {
  const [, kind, name] = /^(ronl|rofl)(?:\.(.+))?$/su.exec(text) ?? []
  const isNamed = name !== undefined
  if (kind === undefined || (isNamed && kind === COMPONENT_KINDS.onChain)) {
    throw errors.badComponentId(excerpt(text))
  }
  return { kind, name: name ?? '' }
}

/** Does the manifest speak of the component that runs on the chain in the old way? */
export function isLegacy({ executable, sgx }: Manifest): boolean {
  return executable !== '' || sgx !== undefined
}

/** All components; what the manifest says in the old way is one of them. */
export function componentsOf(manifest: Manifest): readonly Component[] {
  const { components, executable, sgx, version } = manifest
  if (!isLegacy(manifest) || components.some(isOnChain)) return components
  const old = { ...Component.zero, kind: COMPONENT_KINDS.onChain, version, sgx }
  return [...components, { ...old, elf: { executable } }]
}

/** The first component of that name. */
export function findComponent(manifest: Manifest, id: ComponentId): Component | undefined {
  return componentsOf(manifest).find(({ kind, name }) => kind === id.kind && name === id.name)
}

/** Has the bundle no component that runs on the chain? Then another bundle has it. */
export function isDetached(manifest: Manifest): boolean {
  return findComponent(manifest, ON_CHAIN) === undefined
}

/** In what kind of enclave a component runs. */
export function teeOf({ sgx, tdx }: Component): 'none' | 'sgx' | 'tdx' {
  if (tdx !== undefined) return 'tdx'
  return sgx === undefined ? 'none' : 'sgx'
}

/** What runs on the chain may not use the network: all nodes must get the same. */
export function isNetworkAllowed({ kind }: Component): boolean {
  return kind === COMPONENT_KINDS.offChain
}
