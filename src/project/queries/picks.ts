/** All rows of a table are read, and code keeps those whose key is in a list. */

import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Syntax } from '../../source/syntax.ts'
import { returnsOf } from '../../source/walk.ts'
import type { Entity } from '../data-model.ts'
import { bindingUses } from '../names.ts'
import type { Project } from '../project.ts'
import { field, textOf } from './forms.ts'
import { lengthOf } from './lists.ts'
import { isInUse, type Site, visitPlaces } from './sites.ts'

export interface Pick {
  site: Site
  location: Location
  /** `prices.filter(…)` */
  text: string
  /** The field that is compared. */
  key: string
}

/** Those of tables that are read without a condition and have an index by that field, where all else of them is dropped. */
export function picksByKey(project: Project): Pick[] {
  return project.code.flatMap((file) => {
    if (!isInUse(file) || !SHAPE.test(project.sourceText(file) ?? '')) return []
    const syntax = project.program.syntax(file)
    return syntax && syntax.directive !== 'client' ? inFile(project, syntax) : []
  })
}

/** Most files have none, and need not be walked. */
const SHAPE = /\.filter\(\s*\(?\w+\)?\s*=>\s*[\w.]+\.(?:has|includes)\(/

function inFile(project: Project, syntax: Syntax): Pick[] {
  const found: Pick[] = []
  visitPlaces(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'filter') return
    const { of } = expr.callee
    const [arg] = expr.args
    const fn = arg?.k === 'fn' ? syntax.functions[arg.fn] : undefined
    const key = fn && keyAsked(fn)
    if (key === undefined || (of.k === 'name' && bindingUses(syntax, of.b) > 1)) return
    const length = lengthOf(project, syntax, of)
    if (length.k !== 'rows' || field(length.site.args, 'where') || !isIndexed(length.site.model, key)) return
    found.push({
      site: length.site,
      location: placeOf(syntax, expr.at),
      text: `${textOf(of)}.filter(…)`,
      key,
    })
  })
  return found
}

/** `symbol` of `(price) => wanted.has(price.symbol)`. */
function keyAsked(fn: Fn): string | undefined {
  const [param] = fn.params
  const [given, ...others] = returnsOf(fn.body)
  if (param?.k !== 'bind' || !given || others.length > 0) return undefined
  const asked = asksFor(given)
  return asked?.of.k === 'name' && asked.of.b === param.b ? asked.key : undefined
}

function asksFor(expr: Expr): (Expr & { k: 'member' }) | undefined {
  if (expr.k !== 'call' || expr.callee.k !== 'member' || !/^(?:has|includes)$/.test(expr.callee.key))
    return undefined
  const [arg] = expr.args
  return arg?.k === 'member' ? arg : undefined
}

const isIndexed = ({ indexes }: Entity, key: string): boolean =>
  indexes.some(({ kind, fields }) => kind !== 'fulltext' && fields[0]?.name === key)
