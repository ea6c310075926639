/** What a package may use is decided by the compilation that includes it, so one has to. */

import type { Finding, House, World } from './house.ts'

/** The compilation of a world. What is dry also runs in a browser. */
const COMPILATIONS: Readonly<Record<World, readonly string[]>> = {
  rules: ['tsconfig.rules.json', 'tsconfig.web.json', 'tsconfig.node.json'],
  web: ['tsconfig.web.json', 'tsconfig.node.json'],
  node: ['tsconfig.node.json'],
}

/** Does a pattern such as `packages/common/…/src/…` take in the sources of the folder? */
function includes(pattern: string, folder: string): boolean {
  const shape = pattern
    .replaceAll('.', '\\.')
    .replaceAll('**/', '(.+/)?')
    .replaceAll(/(?<!\))\*/g, '[^/]*')
  return new RegExp(`^${shape}$`).test(`${folder}src/any.ts`)
}

/** Every package is compiled as its world says. */
export function checkWorlds(house: House): Finding[] {
  return house.packages.flatMap(({ name, folder, world }) =>
    COMPILATIONS[world].flatMap((path) => {
      const text = house.files.get(path) ?? '{}'
      const { include = [] } = JSON.parse(text) as { include?: readonly string[] }
      if (include.some((pattern) => includes(pattern, folder))) return []
      return [{ path, line: 1, message: `${name} of world ${world} is not included` }]
    }),
  )
}
