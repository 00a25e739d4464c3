import type { Draft } from './finding.ts'

/**
 * One draft per place: a query that five endpoints reach is one fault; the first endpoint shows the path. `beside`: what two drafts at
 * one place have to share as well to be one.
 */
export function* oncePerPlace<One extends Draft>(
  drafts: Iterable<One>,
  beside: (draft: One) => string = () => '',
): Iterable<One> {
  const seen = new Set<string>()
  for (const draft of drafts) {
    const { file, line, column } = draft.location
    const key = `${file}:${line}:${column} ${beside(draft)}`
    if (seen.has(key)) continue
    seen.add(key)
    yield draft
  }
}
