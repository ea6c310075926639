/** Running a kernel. The rules' world declares the three WebAssembly names that it uses only. */

import type { ModuleBuilder } from './module.ts'

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module)
    readonly exports: Record<string, unknown>
  }
}

/** What every kernel exports: its memory. Growing replaces `buffer`, so read it anew each time. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
}

/** Compiles a module once, for as many kernels as wanted, each with a memory of its own. */
export function compile<T extends object>(
  module: ModuleBuilder,
): () => T & { readonly memory: KernelMemory } {
  const compiled = new WebAssembly.Module(module.build())
  return () => new WebAssembly.Instance(compiled).exports as T & { readonly memory: KernelMemory }
}

/** Builds, compiles and starts a kernel; `T` names the functions that it exports. */
export function instantiate<T extends object>(
  module: ModuleBuilder,
): T & { readonly memory: KernelMemory } {
  return compile<T>(module)()
}
