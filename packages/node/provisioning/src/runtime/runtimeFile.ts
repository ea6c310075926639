/** A runtime's descriptor in a file. */

import { Runtime } from '@wadi/consensus/registry/runtime'
import type { GenesisTerms } from '@wadi/consensus-services/checkGenesis'
import { checkDescriptor } from '@wadi/consensus-services/registry/verifyRuntime'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { fromFile, readNamedJson } from '../namedFile.ts'

/** Reads a descriptor, and refuses one that no network would take. */
export function readRuntimeFile(files: FileSystem, path: string, chain: GenesisTerms): Runtime {
  const remedy = 'correct it, or name another with --runtime.descriptor'
  const named = { path, what: "a runtime's descriptor", remedy }
  const runtime = readNamedJson(files, named, Runtime)
  fromFile(named, () => checkDescriptor({ chain }, runtime))
  return runtime
}
