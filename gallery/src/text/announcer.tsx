import { signal } from '@preact/signals';

const said = signal('');

/** Says a text to users of screen readers. The same text twice is said twice. */
export function say(text: string): void {
  said.value = said.peek() === text ? `${text}\u00a0` : text;
}

/** The live region; it must stand in the page before anything is said. */
export function Announcer() {
  return (
    <div class="unseen" role="status">
      {said}
    </div>
  );
}
