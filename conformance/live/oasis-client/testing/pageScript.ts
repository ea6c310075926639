/**
 * A package of CommonJS modules as one script for a page: each module in a function, with what it
 * requires by the file that Node would take.
 */

import { readFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'

const REQUIRED = /\brequire\((['"])([^'"]+)\1\)/g

/** What only Node has is empty in a page, which is what these packages ask of bundlers. */
const EMPTY = ''

/** What runs in the page: keeps to what every browser has. */
const LOADER = `(name, modules, entry) => {
  const loaded = new Map()
  const load = (path) => {
    if (loaded.has(path)) return loaded.get(path).exports
    const module = { exports: {} }
    loaded.set(path, module)
    const [run, targets] = modules[path]
    const require = (wanted) => {
      if (targets[wanted] === undefined) throw new Error(path + ' requires ' + wanted)
      return targets[wanted] === '${EMPTY}' ? {} : load(targets[wanted])
    }
    run.call(module.exports, module, module.exports, require)
    return module.exports
  }
  globalThis[name] = load(entry)
}`

/** The file that a module requires, if there is one: some are named in comments only. */
function resolve(path: string, wanted: string): string | undefined {
  if (isBuiltin(wanted)) return EMPTY
  try {
    return createRequire(path).resolve(wanted)
  } catch {
    return undefined
  }
}

/** What a module requires: the file of each. */
function targetsOf(path: string, text: string): Readonly<Record<string, string>> {
  const wanted = Array.from(text.matchAll(REQUIRED), ([, , name]) => name!)
  const targets = wanted.map((name) => [name, resolve(path, name)] as const)
  const isThere = (target: readonly [string, string | undefined]): target is [string, string] =>
    target[1] !== undefined
  return Object.fromEntries(targets.filter(isThere))
}

/** The script, which leaves what the package exports under a global name. */
export function pageScript(packageName: string, globalName: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName)
  const modules = new Map<string, string>()
  const wanted = [entry]
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    if (modules.has(path)) continue
    const text = readFileSync(path, 'utf8')
    const isJson = path.endsWith('.json')
    const targets = isJson ? {} : targetsOf(path, text)
    const body = isJson ? `module.exports = ${text}` : text
    const run = `function (module, exports, require) {${body}\n}`
    modules.set(path, `${JSON.stringify(path)}: [${run}, ${JSON.stringify(targets)}]`)
    wanted.push(...Object.values(targets).filter((target) => target !== EMPTY))
  }
  const [all, name] = [Array.from(modules.values()).join(',\n'), JSON.stringify(globalName)]
  return `(${LOADER})(${name}, {${all}}, ${JSON.stringify(entry)})`
}
