import { existsSync } from 'node:fs'
import os from 'node:os'

/** For files that need not outlive anything and are made thousands of times: in memory where there is such a folder. */
export const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()
