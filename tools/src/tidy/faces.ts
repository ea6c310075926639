/** Packages show what they are: entries that exist and a README that says what they own. */

import type { Finding, House, Package } from './house.ts'

/** A README says both, as a heading or at the beginning of a line. */
const README_PARTS = ['owns', 'does not own']

function checkEntries({ folder, exports }: Package, house: House): Finding[] {
  return Object.entries(exports).flatMap(([entry, target]) => {
    const path = folder + target.replace(/^\.\//, '')
    const problems: string[] = []
    if (entry === '.') problems.push('a root entry is a barrel; list the files')
    if (!house.files.has(path)) problems.push(`the entry ${entry} has no file ${path}`)
    return problems.map((message) => ({ path: `${folder}package.json`, line: 1, message }))
  })
}

function checkReadme({ folder }: Package, house: House): Finding[] {
  const path = `${folder}README.md`
  const text = house.files.get(path)
  if (text === undefined) return [{ path, line: 1, message: 'the package has no README' }]
  const isLongEnough = (text.split('\n\n')[1] ?? '').trim() !== ''
  const missing = README_PARTS.filter((part) => !new RegExp(`^\\W*${part}\\b`, 'mi').test(text))
  const messages = missing.map((part) => `it does not say what the package ${part}`)
  if (!isLongEnough) messages.unshift('the purpose is missing under the title')
  return messages.map((message) => ({ path, line: 1, message }))
}

/** A package that names no layer or world would be held by no rule. */
function checkPlaces({ files, packages }: House): Finding[] {
  return [...files.keys()]
    .filter((path) => path.endsWith('/package.json'))
    .filter((path) => !packages.some(({ folder }) => path === `${folder}package.json`))
    .map((path) => ({ path, line: 1, message: 'it has no "wadi" with a layer and a world' }))
}

export function checkFaces(house: House): Finding[] {
  const faces = house.packages.flatMap((each) => [
    ...checkEntries(each, house),
    ...checkReadme(each, house),
  ])
  return [...checkPlaces(house), ...faces]
}
