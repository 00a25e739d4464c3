/** Passwords, tokens and keys on the way of an endpoint: named questions over the events of one run. */

import { partsIn } from './exposure.ts'
import type { Access, Comparison, Event, Moment, PackageCall, Purpose } from './flow/events.ts'
import { allDeps, type Sources, type Value } from './flow/value.ts'
import { isVerified, levelOf } from './guards.ts'
import { argument, clientInputs, leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'
import { words } from './words.ts'

export const packageCalls = (run: Run, purpose: Purpose): PackageCall[] =>
  run.events.filter((event): event is PackageCall => event.k === 'package-call' && event.purpose === purpose)

const LOGIN_NAME =
  /^(e-?mail(address|normalized)?|user_?name|login|phone(number)?|identifier|handle|nick_?name)$/i

/** The account that somebody who is not signed in named by an address or a login name. */
export function accountLookups(project: Project, run: Run): Access[] {
  return run.events.filter(
    (event): event is Access =>
      event.k === 'access' &&
      /^find/.test(event.operation) &&
      isAccount(project, event.model) &&
      leaves(argument(event, 'where')).some(
        ({ path, value }) =>
          LOGIN_NAME.test(path.split('.').findLast((part) => !/^(equals|in|mode)$/.test(part)) ?? '') &&
          clientInputs(allDeps(value)).length > 0 &&
          !isVerified(allDeps(value)),
      ),
  )
}

const isAccount = (project: Project, model: string): boolean => {
  const entity = project.entity(model)
  return entity?.role === 'user' || (entity?.fields.some(({ name }) => /passw/i.test(name)) ?? false)
}

/** The row was asked for, and this is the way on when it was there (`found`) or was not. */
export function askedForRow(moment: Moment, model: string, found: boolean): boolean {
  return moment.facts.some(
    (fact) => fact.presence && fact.deps.has(`row:${model}`) && (fact.missing !== true) === found,
  )
}

/** Nobody who comes this way has shown who they are. */
export const isAnonymous = (moment: Moment): boolean => moment.facts.every((fact) => levelOf(fact) === 'none')

/**
 * An endpoint that is open to everybody answers whether an account exists: forms that ask for the address first are made so, and
 * nobody has to measure anything.
 */
export const isExistenceTold = (project: Project, model: string): boolean =>
  project.runs.some((run) => {
    const found = accountLookups(project, run).some((lookup) => lookup.model === model)
    return (
      found &&
      run.events.some(
        (event) =>
          event.k === 'response' &&
          (event.status ?? 200) < 400 &&
          isAnonymous(event) &&
          partsIn(event.value).some(
            ({ value: { shape, deps } }) => !shape && deps.has(`row:${model}`) && fieldsIn(deps).length === 0,
          ),
      )
    )
  })

/** Columns that hold a code or token which was sent to somebody, in rows that are made for that. */
const SENT_CODE =
  /^((verification|reset|login|access|confirmation|magic|otp|one time) )?(token|code|otp|secret)( hash)?$/
const FOR_CODES = /verif|otp|one_?time|reset|magic|passcode|confirm/i

/**
 * The caller sent a code that the application had mailed, and was turned away where there was no such row. It speaks for what the
 * row was found by: for a thing that is named by another input, it does not.
 */
export function isCodeChecked(run: Run, access: Access, keys: readonly string[]): boolean {
  return run.events.slice(0, run.events.indexOf(access)).some((event) => {
    if (event.k !== 'access' || !/^find/.test(event.operation) || !FOR_CODES.test(event.model)) return false
    const conditions = leaves(argument(event, 'where'))
    const inputs = new Set(conditions.flatMap(({ value }) => clientInputs(allDeps(value))))
    const isCode = conditions.some(
      ({ path, value }) =>
        SENT_CODE.test(words(path.split('.').at(-1) ?? '').join(' ')) &&
        clientInputs(allDeps(value)).length > 0,
    )
    const isAsked = access.facts.some(
      (fact) => fact.presence && !fact.missing && !fact.partial && fact.deps.has(`row:${event.model}`),
    )
    return isCode && isAsked && keys.every((key) => inputs.has(key))
  })
}

/** The proxy limits how often somebody asks: by a package, or by a function or object named after it. */
export const isLimitedInProxy = (project: Project): boolean =>
  project.runs.some((run) => run.endpoint?.kind === 'middleware' && packageCalls(run, 'limit').length > 0)

export interface GuessedSecret {
  at: Comparison
  model: string
  field: string
}

/** Secrets that people choose, or that are short: what can be found by trying. */
const GUESSABLE =
  /^(.* )?(password|passwd|pwd|passcode|passphrase|pin|otp|(access|verification|share|login|one time) code)( hash)?$/

/** What somebody who is not signed in sent, held against such a column of a row that they named. */
export function guessedSecrets(run: Run): GuessedSecret[] {
  return run.events.flatMap((at) => {
    if (at.k !== 'compare' || !isAnonymous(at)) return []
    for (const [stored, sent] of [
      [at.left.deps, allDeps(at.right)],
      [at.right.deps, allDeps(at.left)],
    ] as const) {
      const model = [...stored].find((dep) => dep.startsWith('row:'))?.slice(4)
      const field = fieldsIn(stored).find((name) => GUESSABLE.test(words(name).join(' ')))
      const isTyped =
        clientInputs(sent).length > 0 && ![...sent].some((dep) => /^(row|credential):/.test(dep))
      if (model !== undefined && field !== undefined && isTyped && !isVerified(stored))
        return [{ at, model, field }]
    }
    return []
  })
}

/** A short code that somebody who is not signed in sent, looked up beside the address that it was sent to. */
export function guessedCodes(run: Run): { at: Access; input: string }[] {
  return run.events.flatMap((at) => {
    if (at.k !== 'access' || !/^(find|delete|update)/.test(at.operation) || !isAnonymous(at)) return []
    const keys = leaves(argument(at, 'where'))
    const sent = ({ value }: (typeof keys)[number]): string[] => clientInputs(allDeps(value))
    const code = keys.find((key) => sent(key).some((input) => isCode(input)))
    const input = code && sent(code).find(isCode)
    const address = keys.some(
      (key) => key !== code && LOGIN_NAME.test(key.path.split('.').at(-1) ?? '') && sent(key).length > 0,
    )
    return input !== undefined && address ? [{ at, input }] : []
  })
}

const isCode = (input: string): boolean => GUESSABLE.test(words(input.split('.').at(-1) ?? '').join(' '))

/** The part of a row that the value is, if it is one: of `user.passwordHash`, that name. */
export const fieldsIn = (deps: Sources): string[] =>
  [...deps].filter((dep) => dep.startsWith('field:')).map((dep) => dep.slice(6))

/** Values that leave the server on the way of an endpoint: answers and cookies. */
export function sentValues(events: readonly Event[]): Value[] {
  return events.flatMap((event) => {
    if (event.k === 'response') return [event.value]
    return event.k === 'package-call' && event.purpose === 'set-cookie' ? event.args.slice(0, 2) : []
  })
}

/** All sources of a value, those of the body of a response included. */
export function depsOfAnswer(value: Value): Sources {
  return value.shape?.k === 'response' && value.shape.body
    ? depsOfAnswer(value.shape.body)
    : allDeps(value, 6)
}
