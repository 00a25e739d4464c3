import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'green' | 'cyan'
export type Paint = (style: Style, text: string) => string

export const colour: Paint = (style, text) => (text === '' ? '' : styleText(style, text))
export const noColour: Paint = (_style, text) => text
