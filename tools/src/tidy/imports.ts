/** Imports go down the layers, never sideways, and only to what the manifest declares. */

import type { Finding, House, Package, Source } from './house.ts'
import type { Token } from './tokens.ts'

/** From this layer on, packages may import each other as long as that makes no circle. */
const TOP_LAYER = 12

/** It may use what the root manifest has for it. */
const TOOLS = '@wadi/tools'

/** The specifiers of `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`. */
export function specifiers(tokens: readonly Token[]): Token[] {
  return tokens.filter((token, i) => {
    if (token.kind !== 'string' || !/^['"]/.test(token.text)) return false
    const before = tokens[i - 1]?.text
    const isCall = before === '(' && tokens[i - 2]?.text === 'import'
    return before === 'from' || before === 'import' || isCall
  })
}

function packageName(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function leavesPackage(source: Source, home: Package, specifier: string): boolean {
  const target = new URL(specifier, `file:///${source.path}`).pathname.slice(1)
  return !target.startsWith(home.folder)
}

function describePackage({ name, layer }: Package): string {
  return `${name} (layer ${layer})`
}

function checkWorkspace(home: Package, target: Package): string | undefined {
  if (target.layer < home.layer) return undefined
  if (target.layer === TOP_LAYER && home.layer === TOP_LAYER) return undefined
  const direction = target.layer === home.layer ? 'sideways' : 'up'
  return `${describePackage(home)} imports ${direction}: ${describePackage(target)}`
}

function checkImport(house: House, source: Source, home: Package, specifier: string) {
  if (specifier.startsWith('.')) {
    return leavesPackage(source, home, specifier) ? `${specifier} leaves ${home.folder}` : undefined
  }
  if (specifier.startsWith('node:')) {
    if (source.isTest || home.world === 'node') return undefined
    return `${specifier} in a package of world ${home.world}`
  }
  const name = packageName(specifier)
  if (name === home.name) return undefined
  const target = house.packages.find((each) => each.name === name)
  const upwards = target === undefined ? undefined : checkWorkspace(home, target)
  if (upwards !== undefined) return upwards
  if (home.dependencies.has(name)) return undefined
  const isForTests =
    target === undefined ? house.installed.has(name) : home.testDependencies.has(name)
  if (source.isTest && isForTests) return undefined
  if (home.name === TOOLS && house.rootDependencies.has(name)) return undefined
  return `${name} is not among the dependencies of ${home.name}`
}

export function checkImports(house: House): Finding[] {
  return house.sources.flatMap((source) => {
    const { home } = source
    if (home === undefined) return []
    return specifiers(source.tokens).flatMap((token) => {
      const message = checkImport(house, source, home, token.text.slice(1, -1))
      return message === undefined ? [] : [{ path: source.path, line: token.line, message }]
    })
  })
}

/** The manifests themselves keep the direction, whether or not a file uses the dependency yet. */
export function checkDependencyDirection(house: House): Finding[] {
  return house.packages.flatMap((home) =>
    house.packages
      .filter((target) => home.dependencies.has(target.name))
      .flatMap((target) => checkWorkspace(home, target) ?? [])
      .map((message) => ({ path: `${home.folder}package.json`, line: 1, message })),
  )
}

/** No package reaches itself through its dependencies. */
export function checkCircles(house: House): Finding[] {
  const byName = new Map(house.packages.map((each) => [each.name, each]))
  function reaches(from: Package, goal: Package, seen: Set<string>): boolean {
    return [...from.dependencies].some((name) => {
      if (name === goal.name) return true
      const next = byName.get(name)
      if (next === undefined || seen.has(name)) return false
      seen.add(name)
      return reaches(next, goal, seen)
    })
  }
  return house.packages
    .filter((home) => reaches(home, home, new Set()))
    .map((home) => ({
      path: `${home.folder}package.json`,
      line: 1,
      message: `${home.name} depends on itself through its dependencies`,
    }))
}
