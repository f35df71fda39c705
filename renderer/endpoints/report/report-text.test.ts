import { expect, it } from 'vitest'
import type { Capability } from '../../../shared/record-types.ts'
import { capabilityLine, capabilityNames } from './capability-words.ts'
import { reportText } from './report-text.ts'

const at = Date.UTC(2026, 10, 24, 14, 0)
const learned = { source: 'learned', at } as const

it('says yes, no and unknown with what each means', () => {
  const cancel = (value: boolean) => capabilityLine('cancel', { name: 'cancel', value, ...learned })
  const unknown = capabilityLine('cancel', undefined)
  expect([cancel(true), cancel(false), unknown].map(({ value, meaning, state }) => [value, meaning, state])).toEqual([
    ['Yes', 'Stopping a reply frees the server at once.', 'yes'],
    ['No', 'The server goes on writing after a reply was stopped.', 'no'],
    ['Not known yet', 'Whether stopping a reply frees the server.', 'unknown'],
  ])
})

it('writes numbers with their unit and lists by name', () => {
  const facts: Pick<Capability, 'name' | 'value'>[] = [
    { name: 'window', value: 8_192 },
    { name: 'prefill-speed', value: 412.6 },
    { name: 'token-ratio', value: 1.126 },
    { name: 'token-count', value: 'none' },
    { name: 'token-count', value: '/tokenize' },
    { name: 'refused-fields', value: ['top_k', 'min_p'] },
    { name: 'refused-fields', value: [] },
  ]
  expect(facts.map((fact) => capabilityLine(fact.name, { ...fact, ...learned }).value)).toEqual([
    '8,192 tokens',
    '413 tokens per second',
    '1.13',
    'No',
    'Yes',
    'top_k, min_p',
    'None',
  ])
})

it('copies one line for each thing that can be known', () => {
  const images: Capability = { name: 'images', value: false, ...learned }
  const lines = reportText({ version: '1.2.3', model: 'small', capabilities: [images] }).split('\n')
  expect(lines.slice(0, 3)).toEqual(['Alcove 1.2.3', 'What small can do', ''])
  expect(lines.filter((line) => !line.endsWith(': Not known yet'))).toEqual([
    'Alcove 1.2.3',
    'What small can do',
    '',
    'Images: No (learned from an answer, 2026-11-24T14:00:00.000Z)',
    '',
  ])
  expect(lines).toHaveLength(capabilityNames.length + 4)
})
