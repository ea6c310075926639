/**
 * What people install to run: a package of the program's name that finds a Node and starts it, so
 * that `npx <name>` works wherever npm does.
 */

import { readFileSync } from 'node:fs'
import { ROOT } from '../repository.ts'
import type { Versions } from './workspaces.ts'

/** A program that can be installed. */
export interface Program {
  readonly name: string
  readonly description: string
  /** The package whose `./main` it starts, and whose README it has. */
  readonly starts: string
  /** What Node is told. */
  readonly flags: readonly string[]
}

/** All of them. */
export const programs: readonly Program[] = [
  {
    name: 'wadi',
    description: 'The Oasis Network for people: accounts, tokens, stake, votes, a local network.',
    starts: '@wadi/cli',
    flags: [],
  },
  {
    name: 'wadi-node',
    description: 'A node of the Oasis Network, to be run in place of oasis-node.',
    starts: '@wadi/node',
    flags: ['--max-semi-space-size=8'],
  },
]

/** Where programs run: sockets and modes of files are used as UNIX has them. */
const PLATFORMS = { os: ['linux', 'darwin'], cpu: ['x64', 'arm64'] }
const PACKAGED_NODE = /^node-(bin-)?(linux|darwin)-(x64|arm64)$/

/** The package.json of a program; `nodes` are the packages that bring Node, for all platforms. */
export function programManifest(
  { name, description, starts, flags }: Program,
  { version, nodes }: { readonly version: string; readonly nodes: Versions },
): object {
  const ours = Object.entries(nodes).filter(([each]) => PACKAGED_NODE.test(each))
  return {
    name,
    version,
    description,
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=20' },
    ...PLATFORMS,
    wadi: { starts: `${starts}/main`, flags },
    bin: { [name]: `bin/${name}.js` },
    dependencies: { [starts]: version },
    optionalDependencies: Object.fromEntries(ours),
  }
}

/** The file that is run. */
export function programStart({ flags }: Program): string {
  const node = flags.length === 0 ? 'node' : `-S node ${flags.join(' ')}`
  const text = readFileSync(`${ROOT}tools/src/packing/startProgram.mjs`, 'utf8')
  return `#!/usr/bin/env ${node}\n${text}`
}
