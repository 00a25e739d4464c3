/** The project as it was where a branch left another one: read from git's objects, without a checkout. */
import { join } from 'node:path'
import { UserError } from '../../core/error.ts'
import type { Context } from '../../core/operation.ts'
import { type Instead, maxBytes, textOf } from '../../source/files.ts'
import { type Git, isRepository, saidBy, withGit } from '../git.ts'

export interface Earlier {
  /** As it was asked for: `main`. */
  ref: string
  /** The commit that the branch left: what is newer in `ref` is not this branch's. */
  base: string
  /** Absolute paths of files of today that differ from `base` or are not in it; the old path is another one after a rename. */
  changed: ReadonlyMap<string, { was: string | undefined }>
  /** What those files held, and those that are gone. */
  instead: Instead
}

/**
 * What differs between the tree on disk (staged, unstaged and untracked work included; what git ignores is left out) and
 * the merge base of `ref` and `HEAD`. Throws a `UserError` without git, without a repository, for a ref that is not there and
 * where the history does not reach back far enough.
 */
export async function earlierOf(ref: string, { root, workFolder }: Context): Promise<Earlier> {
  if (!isRepository(root))
    throw new UserError(
      `There is no git repository here, so "since ${ref}" means nothing.`,
      'Leave it out, or run `git init` and commit.',
    )
  return withGit({ root, workFolder }, async (git) => {
    const base = await mergeBase(git, ref)
    const prefix = (await saidBy(git, 'rev-parse', '--show-prefix')).trim()
    const top = join(
      root,
      ...prefix
        .split('/')
        .filter(Boolean)
        .map(() => '..'),
    )
    const diff = await told(
      git,
      '-C',
      top,
      'diff',
      '--raw',
      '-z',
      '--no-abbrev',
      '--find-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--ignore-submodules=all',
      base,
      '--',
    )
    const entries = entriesOf(diff)
    const untracked = await told(git, '-C', top, 'ls-files', '--others', '--exclude-standard', '-z')
    const old = await textsOf(git, entries)
    const instead = new Map<string, string | undefined>()
    const changed = new Map<string, { was: string | undefined }>()
    for (const file of untracked.split('\0').filter(Boolean)) {
      instead.set(join(top, file), undefined)
      changed.set(join(top, file), { was: undefined })
    }
    for (const { from, to, blob } of entries) {
      if (to !== undefined) {
        changed.set(join(top, to), { was: from === undefined ? undefined : join(top, from) })
        if (to !== from) instead.set(join(top, to), undefined)
      }
      if (from !== undefined) instead.set(join(top, from), old.get(blob))
    }
    return { ref, base, changed, instead }
  })
}

async function mergeBase(git: Git, ref: string): Promise<string> {
  // A name that begins with a dash would be taken for an option.
  const found = ref.startsWith('-')
    ? undefined
    : await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
  if (found && found.code === undefined)
    throw new UserError(
      'git could not be started.',
      'Install git, or leave out what compares with an earlier commit.',
    )
  const shallow = async (): Promise<boolean> =>
    (await saidBy(git, 'rev-parse', '--is-shallow-repository')).trim() === 'true'
  if (found?.code !== 0)
    throw new UserError(
      `There is no commit "${ref}" in this repository.`,
      (await shallow())
        ? `The clone is shallow: run \`git fetch --unshallow\`, or check out with \`fetch-depth: 0\`, and name the branch as git knows it (\`origin/${ref.replace(/^origin\//, '')}\`).`
        : await nearestRef(git, ref),
    )
  const base = await git(['merge-base', found.bytes.toString('utf8').trim(), 'HEAD'])
  if (base.code === 0) return base.bytes.toString('utf8').trim()
  if ((await git(['rev-parse', '--verify', '--quiet', 'HEAD'])).code !== 0)
    throw new UserError(
      'This repository has no commit yet.',
      'Commit first, or leave out what compares with an earlier commit.',
    )
  throw new UserError(
    `${ref} and HEAD have no commit in common.`,
    (await shallow())
      ? 'The clone is shallow: run `git fetch --unshallow`, or check out with `fetch-depth: 0`.'
      : 'Name a branch or commit that this branch was made from.',
  )
}

async function nearestRef(git: Git, ref: string): Promise<string> {
  const text = await saidBy(git, 'for-each-ref', '--format=%(refname:short)')
  const known = text.split('\n').filter(Boolean)
  const there = known.find((one) => one.endsWith(`/${ref}`)) ?? known[0]
  return there === undefined
    ? 'Name a branch, a tag or a commit.'
    : `Name a branch, a tag or a commit that \`git rev-parse\` knows, for example \`${there}\`.`
}

/** Nothing said must not be taken for nothing changed. */
async function told(git: Git, ...args: string[]): Promise<string> {
  const { code, bytes } = await git(args)
  if (code !== 0) throw failed(`git ${args.join(' ')}`)
  return bytes.toString('utf8')
}

const failed = (what: string): UserError =>
  new UserError(`\`${what}\` failed, so what changed is not known.`, 'Run it by hand to see why.')

interface Entry {
  from: string | undefined
  to: string | undefined
  blob: string
}

/** https://git-scm.com/docs/git-diff#_raw_output_format: `:<mode> <mode> <blob> <blob> <status>`, then one path or two. */
function entriesOf(raw: string): Entry[] {
  const parts = raw.split('\0')
  const entries: Entry[] = []
  for (let at = 0; at < parts.length; ) {
    const head = /^:(\d+) (\d+) ([0-9a-f]+) [0-9a-f]+ ([A-Z])/.exec(parts[at++] ?? '')
    if (!head) continue
    const [, before = '', after = '', blob = '', status = ''] = head
    const from = parts[at++]
    const to = status === 'R' || status === 'C' ? parts[at++] : from
    const isFile = (mode: string): boolean => mode.startsWith('100')
    if (!isFile(before) && !isFile(after)) continue
    entries.push({
      from: isFile(before) && status !== 'C' ? from : undefined,
      to: isFile(after) ? to : undefined,
      blob,
    })
  }
  return entries
}

/** The texts of blobs, by their names. What is binary or very large is left out, as on disk. */
async function textsOf(git: Git, entries: readonly Entry[]): Promise<Map<string, string>> {
  const wanted = [...new Set(entries.flatMap(({ from, blob }) => (from === undefined ? [] : [blob])))]
  const texts = new Map<string, string>()
  if (wanted.length === 0) return texts
  const { code, bytes } = await git(['cat-file', '--batch'], `${wanted.join('\n')}\n`)
  if (code !== 0) throw failed('git cat-file')
  // `<name> blob <size>`, a line break, the content, a line break: https://git-scm.com/docs/git-cat-file#_batch_output
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at)
    const [name = '', kind, size] = bytes.toString('utf8', at, end < 0 ? bytes.length : end).split(' ')
    const length = kind === 'missing' || end < 0 ? -1 : Number(size)
    const text =
      length >= 0 && length <= maxBytes ? textOf(bytes.subarray(end + 1, end + 1 + length)) : undefined
    if (text !== undefined) texts.set(name, text)
    at = end < 0 ? bytes.length : end + 1 + (length < 0 ? 0 : length + 1)
  }
  return texts
}
