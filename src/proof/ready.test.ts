import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../project/load.ts'
import { settingsFor } from './ready.ts'
import { templateOf } from './request.ts'

async function settings(app: string, label: string) {
  const project = await loadProject(join(import.meta.dirname, '../../fixtures/apps', app))
  const run = project.runs.find((one) => one.label.includes(label))
  const [dataModel] = project.dataModels
  const template = run && dataModel && templateOf(run, dataModel)
  return template ? settingsFor(template) : undefined
}

describe('settingsFor', () => {
  it('asks for rows as the query wants them', async () => {
    expect(await settings('pages-and-actions', 'clearReminders')).toEqual([
      { table: 'Reminder', column: 'done', value: true },
    ])
  })

  it('asks for rows that are not yet as the write leaves them', async () => {
    expect(await settings('pages-and-actions', 'finishReminder')).toEqual([
      { table: 'Reminder', column: 'done', value: false },
    ])
    expect(await settings('actions-only', 'restorePatient')).toEqual([
      { table: 'Patient', column: 'archivedAt', value: '2020-02-02T02:02:02.000Z' },
    ])
  })

  it('leaves alone what is only read', async () => {
    expect(await settings('actions-only', 'recentPatients')).toEqual([])
  })
})
