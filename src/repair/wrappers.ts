/** Wrappers that ask who is calling: `protectedProcedure` where `publicProcedure` stands. */

import { addNamedImport } from '../changes/imports.ts'
import type { Change } from '../core/change.ts'
import type { Access } from '../project/flow/events.ts'
import { isGuarded } from '../project/guards.ts'
import { ancestry, functionsAround, rootOf, wrapperOf } from '../project/names.ts'
import { placeInHandler } from '../project/ownership.ts'
import type { Run } from '../project/project.ts'
import type { Repair } from '../proof/fixer.ts'
import type { Expr } from '../source/syntax.ts'
import { type Place, placeAt } from './fix-site.ts'

/** Swaps the wrapper of a handler for the one of a sibling that is built from it, or from what it is built from. */
export function otherWrapper(repair: Repair, handler: Place, run: Run): Change | undefined {
  const root = wrapperRoot(handler)
  if (!root) return undefined
  const mine = ancestry(repair.project.program, handler.syntax, root.b)
  const choices = repair.project.runs.flatMap((one) => {
    if (one === run || one.endpoint?.kind !== run.endpoint?.kind) return []
    const event = one.events.find((event): event is Access => event.k === 'access' && isGuarded(event.facts))
    const place = event && placeAt(repair, placeInHandler(event))
    const other = place && wrapperRoot(place)
    if (!event || !place || !other) return []
    const its = ancestry(repair.project.program, place.syntax, other.b)
    const same = its.some((name) => mine.includes(name)) && its[0] !== mine[0]
    return same ? [{ run: one, place, other, its, near: place.syntax.file === handler.syntax.file }] : []
  })
  // The least that is asked: what is built from more asks for more, and takes more input.
  const [best] = choices.toSorted((a, b) => a.its.length - b.its.length || Number(b.near) - Number(a.near))
  if (!best) return undefined
  const binding = best.place.syntax.bindings[best.other.b]
  const imported = handler.syntax.bindings[root.b]
  if (binding?.k !== 'import' || imported?.k !== 'import') return undefined
  const { edits, local } = addNamedImport(handler.source, imported.from, binding.imported)
  return {
    title: `Ask who is calling in ${run.label}`,
    reason: `Nothing asks who is calling. ${best.run.label} begins with ${binding.imported}.`,
    safety: 'review',
    edits: [
      ...edits,
      { file: handler.source.file, from: root.at, to: root.at + root.name.length, text: local },
    ],
    creates: [],
  }
}

function wrapperRoot({ syntax, at }: Place): (Expr & { k: 'name' }) | undefined {
  for (const fn of functionsAround(syntax, at)) {
    const callee = wrapperOf(syntax, syntax.functions.indexOf(fn))
    // `wrapper(handler)` is no chain.
    if (callee && callee.k !== 'name') return rootOf(callee)
  }
  return undefined
}
