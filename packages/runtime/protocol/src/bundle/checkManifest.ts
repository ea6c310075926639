/** What must hold of a manifest before anything in the bundle is looked at. */

import { excerpt } from '@wadi/cbor/errors'
import { isLegacy, printComponentId } from './components.ts'
import { errors } from './errors.ts'
import {
  COMPONENT_KINDS,
  type Component,
  isOnChain,
  type Manifest,
  type TdxMetadata,
} from './manifest.ts'

const NAME_FORM = /^[a-zA-Z0-9_-]{3,128}$/
const MEMORY_MIN = 16n

/** Why the virtual machine cannot be; undefined if it can. */
function faultOfTdx({ firmware, kernel, initrd, stage2Image, resources }: TdxMetadata) {
  if (firmware === '') return 'no firmware'
  if (kernel === '' && stage2Image !== '') return 'a stage 2 image without a kernel'
  if (kernel === '' && initrd !== '') return 'an initial disk without a kernel'
  if (resources.memory < MEMORY_MIN) return `less than ${MEMORY_MIN} MB of memory`
  if (resources.cpus < 1) return 'no processor'
  if (resources.gpu !== undefined && resources.gpu.count < 1) return 'no graphics processor'
  return undefined
}

/** Why a component of its kind cannot be; undefined if it can. */
function faultOfKind({ kind, name, executable, elf, disabled }: Component) {
  switch (kind) {
    case COMPONENT_KINDS.onChain:
      if (name !== '') return 'the on-chain component has a name'
      if (executable === '' && elf === undefined) return 'no executable'
      return disabled ? 'the on-chain component is disabled' : undefined
    case COMPONENT_KINDS.offChain:
      return NAME_FORM.test(name) ? undefined : 'a name of another form'
    default:
      return 'an unknown kind'
  }
}

/** Why a component cannot be; undefined if it can. */
function faultOf(component: Component): string | undefined {
  const { elf, sgx, tdx } = component
  if (sgx !== undefined && tdx !== undefined) return 'two kinds of enclaves'
  if (elf?.executable === '') return 'no ELF executable'
  if (sgx?.executable === '') return 'no SGX executable'
  return (tdx && faultOfTdx(tdx)) ?? faultOfKind(component)
}

/** Refuses a manifest of which the components cannot be. */
export function checkManifest(manifest: Manifest): void {
  const { components, sgx } = manifest
  const ids = new Set<string>()
  for (const component of components) {
    const id = printComponentId(component)
    if (ids.has(id)) throw errors.duplicateComponent(excerpt(id))
    ids.add(id)
    const fault = faultOf(component)
    if (fault !== undefined) throw errors.badComponent(`${excerpt(id)}: ${fault}`)
  }
  if (isLegacy(manifest) && components.some(isOnChain)) throw errors.twoExecutables()
  if (sgx?.executable === '') throw errors.badComponent('no SGX executable')
}
