/** Replaces a part of a file. Several of one file do not overlap, and all speak of the present text. */
export interface Edit {
  /** Relative to the root, with `/` separators. */
  file: string
  /** Offsets in UTF-16 units of the text without its byte order mark, `to` exclusive. Equal for an insertion. */
  from: number
  to: number
  /** Line ends are `\n`: they are written as the file has them. */
  text: string
}

export interface NewFile {
  file: string
  text: string
}

/** What is to be done to a project, as a value: nothing is written before it is applied. */
export interface Change {
  title: string
  /** Why it is needed, in one sentence. */
  reason: string
  /** `safe`: behaves the same but for the fault. `review`: a person decides something. */
  safety: 'safe' | 'review'
  edits: Edit[]
  creates: NewFile[]
  /** Files to delete. */
  removes?: string[]
  /** What to run afterwards; nobody runs it unasked. */
  commands?: { command: string[]; why: string }[]
  notes?: string[]
}

/** A change that knows the texts it was made for. It can be applied where the texts are the same, and nowhere else. */
export interface PlannedChange extends Change {
  /** File → hash of its text, for each file that is edited or removed. */
  base: Record<string, string>
}

/** Why changes cannot be made at once. */
export interface Conflict {
  conflicts: {
    file: string
    /** Titles of the two changes. */
    between: [string, string]
    why: string
  }[]
}

/** A change that was applied, and can be undone by its id. */
export interface AppliedChange {
  /** `0001`, `0002`, …; the next one is one higher than the highest that is kept. */
  id: string
  title: string
  files: { file: string; did: 'edited' | 'created' | 'removed' }[]
  /** Ids of changes that had been interrupted, and were rolled back before this one. */
  rolledBack: string[]
}
