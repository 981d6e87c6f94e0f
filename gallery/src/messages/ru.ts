import type { Messages } from './dictionary';
import { en } from './en';

export const ru = en as unknown as Messages<'one' | 'few' | 'many' | 'other'>;
