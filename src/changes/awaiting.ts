import type { Edit } from '../core/change.ts'
import type { Range } from '../source/shape.ts'
import type { SourceFile } from './source-file.ts'

/** `!check()` → `!(await check())`, as formatters write it. A member of the result needs the parentheses. */
export function awaitCall({ file, text }: Pick<SourceFile, 'file' | 'text'>, { start, end }: Range): Edit[] {
  const tight = /[!~+-]$/.test(text.slice(0, start)) || /^\s*(?:\?\.|\.|\[|!?\.)/.test(text.slice(end))
  if (!tight) return [{ file, from: start, to: start, text: 'await ' }]
  return [
    { file, from: start, to: start, text: '(await ' },
    { file, from: end, to: end, text: ')' },
  ]
}
