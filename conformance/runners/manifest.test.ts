import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import '../src/coverage.ts'
import { parseNdjson } from '../src/ndjson.ts'
import { hasVector, readJson, vectorsFolder } from '../src/vectors.ts'

interface Manifest {
  readonly files: readonly {
    readonly file: string
    readonly sha256: string
    readonly bytes: number
    readonly records?: number
  }[]
}

const MANIFEST = 'MANIFEST.json'

describe('the manifest of the vectors', () => {
  if (!hasVector(MANIFEST)) return
  it('names every file by its size, its hash and the number of its records', () => {
    const { files } = readJson<Manifest>(MANIFEST)
    assert.notEqual(files.length, 0)
    for (const { file, sha256, bytes, records } of files) {
      // Not through `readVector`: a file whose hash was computed has not been looked at.
      const content = readFileSync(join(vectorsFolder(), file))
      assert.equal(content.length, bytes, file)
      assert.equal(createHash('sha256').update(content).digest('hex'), sha256, file)
      if (records !== undefined) assert.equal([...parseNdjson(content)].length, records, file)
    }
  })
})
