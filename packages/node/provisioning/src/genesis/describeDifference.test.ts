import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DIFFERENCE_LINES_MAX } from '../limits.ts'
import { describeDifference } from './describeDifference.ts'

const lines = (count: number, word = 'line') =>
  Array.from({ length: count }, (_, i) => `${word} ${i + 1}`).join('\n')

describe('a difference', () => {
  it('is one hunk with three lines around it', () => {
    const actual = lines(10).replace('line 5', 'other\nanother')
    assert.equal(
      describeDifference(actual, lines(10)),
      [
        '--- Actual',
        '+++ Canonical',
        '@@ -2,8 +2,7 @@',
        ' line 2',
        ' line 3',
        ' line 4',
        '-other',
        '-another',
        '+line 5',
        ' line 6',
        ' line 7',
        ' line 8',
        '',
      ].join('\n'),
    )
  })

  it('is told at the beginning and at the end, and where something is only missing', () => {
    assert.match(describeDifference('a\nb', 'b'), /^---.*\n.*\n@@ -1,2 \+1,1 @@\n-a\n b\n$/)
    assert.match(describeDifference('a', 'a\n'), /\n@@ -1,1 \+1,2 @@\n a\n\+\n$/)
    assert.match(describeDifference('', 'a'), /\n-\n\+a\n$/)
    assert.match(describeDifference('a\na', 'a\na\na'), /\n a\n a\n\+a\n$/)
  })

  it('shows at most DIFFERENCE_LINES_MAX lines of each side', () => {
    const count = (text: string, mark: string) =>
      text.split('\n').filter((line) => line.startsWith(`${mark}x`)).length
    const exact = describeDifference(lines(DIFFERENCE_LINES_MAX, 'x'), '')
    assert.deepEqual([count(exact, '-'), exact.includes('more lines')], [40, false])
    const more = describeDifference('', lines(DIFFERENCE_LINES_MAX + 1, 'x'))
    assert.deepEqual([count(more, '+'), more.includes('+… 1 more lines')], [40, true])
  })
})
