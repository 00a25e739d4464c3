import type { Draft } from './finding.ts'

/** One draft per place: a query that five endpoints reach is one fault; the first endpoint shows the path. */
export function* oncePerPlace(drafts: Iterable<Draft>): Iterable<Draft> {
  const seen = new Set<string>()
  for (const draft of drafts) {
    const key = `${draft.location.file}:${draft.location.line}:${draft.location.column}`
    if (seen.has(key)) continue
    seen.add(key)
    yield draft
  }
}
