import { text, textForCode } from './text';

/** The words for the code of a reason for which a file is refused. */
export function reasonText(code: string | null): string {
  if (code === null) return text('reason_other');
  return textForCode('reason', code) ?? textForCode('problem', code) ?? text('reason_other');
}
