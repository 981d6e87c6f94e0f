import { text } from '../text/text';
import { tell } from './notices';

/** Copies a text to the clipboard, as text only, and tells whether it worked. */
export async function copy(value: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
    tell(text('copied'));
  } catch {
    tell(text('copy_failed'));
  }
}
