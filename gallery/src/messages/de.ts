import type { Messages } from './dictionary';
import { en } from './en';

export const de: Messages = en;
