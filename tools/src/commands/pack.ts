/** `npm run -s pack -- <folder>`: tarballs of what people install, and how to install them. */

import { resolve } from 'node:path'
import { packHouse } from '../packing/packHouse.ts'

const KIB = 1024

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: npm run -s pack -- <folder>')
  process.exitCode = 2
} else {
  const target = resolve(process.env['INIT_CWD'] ?? '', folder)
  const tarballs = await packHouse(target)
  for (const { name, size } of tarballs)
    console.log(`${name.padEnd(28)} ${(size / KIB).toFixed(0).padStart(6)} KiB`)
  console.log(`\nAll of them: npm install ${target}/*.tgz ${target}/@wadi/*.tgz`)
}
