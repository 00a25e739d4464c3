import { edited } from '../../../changes/edits.ts'
import { openSource, replaceExpression } from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import type { Iteration } from '../../../project/iterations.ts'
import { plainCode, type QuerySite, textOf } from '../../../repair/fix-site.ts'
import type { Range, StatementShape } from '../../../source/shape.ts'
import type { Batch } from './batch.ts'

/** `await Promise.all(rows.map(async (row) => …))` becomes `rows.map((row) => …)` when nothing in it waits any more. */
export function unwrapped(
  site: QuerySite,
  loop: Iteration,
  outside: StatementShape,
  { within }: Batch,
): Edit[] {
  const { source } = site
  const { file, text } = source
  const all = loop.call && promiseAll(site, outside, loop)
  if (!all || !loop.fn || !loop.call) return within
  const map = source.shape.range(loop.call)
  const head = /^async\s+/.exec(text.slice(loop.fn.at))
  if (!map || !head) return within
  const sync: Edit = { file, from: loop.fn.at, to: loop.fn.at + head[0].length, text: '' }
  const edits = [...within, sync]
  const shift = edits.reduce((sum, one) => sum + one.text.length - (one.to - one.from), 0)
  const after = openSource(file, edited(text, edits))
  if (!after) return within
  const range = { start: map.start, end: map.end + shift }
  const code = plainCode(after, range)
  if (/\bawait\b/.test(code)) return within
  return replaceExpression(source, all, code)
}

/** `await Promise.all(<the iteration>)` */
function promiseAll({ source }: QuerySite, outside: StatementShape, loop: Iteration): Range | undefined {
  const call = source.shape
    .callsIn(outside)
    .find(
      (one) =>
        textOf(source, one.callee) === 'Promise.all' &&
        one.args.length === 1 &&
        one.args[0]?.start === loop.at,
    )
  const before = call && /\bawait\s+$/.exec(source.text.slice(0, call.start))
  return call && before ? { start: before.index, end: call.end } : undefined
}
