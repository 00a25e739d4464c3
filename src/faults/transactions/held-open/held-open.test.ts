import { testFault } from '../../../../test/fault.ts'
import fault from './find.ts'

testFault(fault, import.meta.dirname)
