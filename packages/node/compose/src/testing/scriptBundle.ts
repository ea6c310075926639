/** Bundles for tests, whose program is a script: Node with a module of this house. */

import { writeFileSync } from 'node:fs'
import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Version } from '@wadi/primitives/version'
import { withDigests, writeBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import { COMPONENT_KINDS, Component, Manifest } from '@wadi/runtime-protocol/bundle/manifest'

/** What is in such a bundle. */
export interface ScriptedRuntime {
  readonly id: Namespace
  readonly version: Version
  readonly module: URL
  /** Components beside the one for the chain: none unless told otherwise. */
  readonly offChain?: readonly string[]
}

/** Writes it, and gives its manifest. No sandbox can run it: it needs the house around it. */
export function writeScriptBundle(
  path: string,
  { id, version, module, offChain = [] }: ScriptedRuntime,
): Manifest {
  const script = `#!${process.execPath} --disable-warning=ExperimentalWarning\nimport('${module}')\n`
  const files = new Map([['runtime', toUtf8(script)]])
  const elf = { executable: 'runtime' }
  const component = make(Component, { kind: COMPONENT_KINDS.onChain, version, elf })
  const beside = offChain.map((name) =>
    make(Component, { kind: COMPONENT_KINDS.offChain, name, version, elf }),
  )
  const manifest = withDigests(make(Manifest, { id, components: [component, ...beside] }), files)
  writeFileSync(path, writeBundle(manifest, files, zlibCompression))
  return manifest
}
