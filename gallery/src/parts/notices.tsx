import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Deletion } from '../product/deletions';
import { deletions, pauseDeletions, retryDeletion, undo } from '../product/deletions';
import { say } from '../text/announcer';
import { text } from '../text/text';
import { errorText } from './failure';

const MILLISECONDS = 4000;

const message = signal<string | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a short message for some seconds, and says it to screen readers. */
export function tell(value: string): void {
  message.value = value;
  say(value);
  clearTimeout(timer);
  timer = setTimeout(() => (message.value = null), MILLISECONDS);
}

/** Puts the image of a deletion back, says so, and moves the focus to it. */
export function undoDeletion(deletion?: Deletion): void {
  const undone = undo(deletion);
  if (!undone) return;
  pauseDeletions(false); // the button that had the pointer or the focus is gone
  say(text('undone', { position: undone.position }));
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-image="${undone.image}"] .view`)?.focus();
  });
}

/** Deletions that can be undone, and short messages, at the lower edge of the window. */
export function Notices() {
  const element = useRef<HTMLElement>(null);
  const any = deletions.value.length > 0 || message.value !== null;
  // Scrolling keeps the focused element clear of the notices.
  useEffect(() => {
    const height = any ? (element.current?.offsetHeight ?? 0) + 24 : 0;
    document.documentElement.style.scrollPaddingBottom = height > 0 ? `${height}px` : '';
  });
  return (
    <section
      ref={element}
      class="notices"
      aria-label={text('notices')}
      onPointerEnter={() => pauseDeletions(true)}
      onPointerLeave={() => pauseDeletions(false)}
      onFocusIn={() => pauseDeletions(true)}
      onFocusOut={() => pauseDeletions(false)}
    >
      {deletions.value.map((each) => (
        <DeletionNotice key={`${each.gallery.product} ${each.image}`} deletion={each} />
      ))}
      {message.value !== null && <p class="notice">{message.value}</p>}
    </section>
  );
}

function DeletionNotice({ deletion }: { deletion: Deletion }) {
  const { position, error } = deletion;
  if (error !== null) {
    return (
      <div class="notice bad">
        <p>
          {text('delete_failed', { position })} {errorText(error)}
        </p>
        <button type="button" class="button" onClick={() => retryDeletion(deletion)}>
          {text('try_again')}
        </button>
        <button type="button" class="button quiet" onClick={() => undoDeletion(deletion)}>
          {text('close')}
        </button>
      </div>
    );
  }
  return (
    <div class="notice">
      <p>{text('deleted', { position })}</p>
      <button type="button" class="button" onClick={() => undoDeletion(deletion)}>
        {text('undo')}
      </button>
    </div>
  );
}
