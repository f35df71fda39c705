import { describe, expect, it } from 'vitest'
import { missingPackages, parseInstalled, unresolvedLibraries } from './system-packages.ts'

describe('the system packages', () => {
  it('are read from the list of the package manager', () => {
    const text = 'libc6:amd64\t\t\t\t\tinstall\nunzip\t\t\t\t\t\tinstall\nold\t\t\t\t\tdeinstall\n'
    expect(parseInstalled(text)).toEqual(new Set(['libc6', 'unzip']))
  })

  it('are missing unless installed, under their old name or their new one', () => {
    expect(missingPackages(['build'], new Set(['unzip', 'make', 'g++']))).toEqual(['python3'])
    expect(missingPackages(['run'], new Set(['libgtk-3-0t64']))).not.toContain('libgtk-3-0')
    expect(missingPackages(['run'], new Set(['libgtk-3-0t64']))).toContain('libnss3')
  })

  it('are asked for by what the linker cannot find', () => {
    const text = '\tlinux-vdso.so.1 (0x00007ffd)\n\tlibnss3.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x00007f)\n'
    expect(unresolvedLibraries(text)).toEqual(['libnss3.so'])
  })
})
