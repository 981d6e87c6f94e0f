import { effect, signal } from '@preact/signals';
import { current } from './session';

const NOTICE_MINUTES = 10;
const MINUTE = 60_000;
const CHECK_MILLISECONDS = 15_000;

/** Whole minutes until the token expires, once there are ten or fewer; else null. */
export const minutesLeft = signal<number | null>(null);

/** Watches the current token's end, also after the computer has slept. */
export function watchExpiry(): void {
  effect(() => {
    const end = current.value?.shop?.token.expires_at;
    const check = (): void => {
      const left = end ? Math.ceil((Date.parse(end) - Date.now()) / MINUTE) : Infinity;
      minutesLeft.value = left <= NOTICE_MINUTES ? Math.max(0, left) : null;
    };
    check();
    const timer = setInterval(check, CHECK_MILLISECONDS);
    return () => clearInterval(timer);
  });
}
